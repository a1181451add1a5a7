import { summaryOf, type Run } from '@pawl/core';
import { describe, expect, it } from 'vitest';
import { copyReproduceCommand } from '../src/runs/commands/copy-reproduce-command.ts';
import { openRun } from '../src/runs/commands/open-run.ts';
import { loadRuns, type RunNode } from '../src/runs/model.ts';
import { findReport } from '../src/runs/report.ts';
import { runRow, runRows } from '../src/runs/tree.ts';
import { reportAddress } from '../src/documents/address.ts';
import { fakeApp, fakeRepository, makeReport, makeRun } from './fakes.ts';

const day = (iso: string): string => iso.slice(0, 10);

describe('the Runs view', () => {
  it('groups runs by kind, the group with the newest run first, newest first inside', async () => {
    const runs = [
      makeRun({ kind: 'eval-gate', name: 'flight-delay', verdict: 'pass' }),
      makeRun({ kind: 'data-validation', name: 'flights', verdict: 'pass' }),
      makeRun({ kind: 'eval-gate', name: 'flight-delay', verdict: 'fail' }),
    ];
    const rows = runRows(fakeApp(fakeRepository({ runs })), () => 'kind');

    const groups = await rows.children();
    expect(groups.map((group) => [rows.row(group).label, rows.row(group).description])).toEqual([
      ['eval-gate', 'latest fail, 2 runs'],
      ['data-validation', 'latest pass, 1 run'],
    ]);
    const children = await rows.children(groups[0]);
    expect(children.map((node) => rows.row(node).description)).toEqual(['fail · 2026-11-20', 'pass · 2026-11-20']);
  });

  it('groups by name when asked, and then a row says the kind', async () => {
    const runs = [
      makeRun({ name: 'flights', kind: 'data-validation' }),
      makeRun({ name: 'flights', kind: 'drift-report' }),
    ];
    const rows = runRows(fakeApp(fakeRepository({ runs })), () => 'name');

    const [group] = await rows.children();
    expect(rows.row(group!).label).toBe('flights');
    expect((await rows.children(group)).map((node) => rows.row(node).label)).toEqual([
      'drift-report',
      'data-validation',
    ]);
  });

  it('gives each verdict a word and a shape of its own', () => {
    const verdicts = ['pass', 'fail', 'inconclusive', 'error'] as const;
    const rows = verdicts.map((verdict) => runRow(node({ verdict }), day));
    expect(rows.map((row) => row.description?.split(' · ')[0])).toEqual(verdicts);
    expect(new Set(rows.map((row) => row.icon?.name)).size).toBe(4);
  });

  it('tells headline, commit, branch and date in the tooltip', () => {
    expect(runRow(node({}), day).tooltip).toBe(
      'prompt-regression mail-triage: fail\n31 mails newly wrong\ncommit c0ffee0000, branch shorter-prompt\n2026-11-20, by ada',
    );
  });

  it('says that a training run has no verdict instead of showing it as passed', () => {
    const { verdict: _verdict, ...training } = makeRun({ kind: 'training' });
    const row = runRow(nodeOf(training), day);
    expect(row.description).toBe('no verdict · 2026-11-20');
    expect(row.icon?.name).toBe('circle-outline');
  });

  it('shows marks that would reorder or break the text', () => {
    const row = runRow(node({ name: 'a\u202Eb\nc', headline: 'x\u0007y' }), day);
    expect(row.label).toBe('a⟨U+202E⟩b c');
    expect(row.tooltip).toContain('x␇y');
  });

  it('says where the list ends when there are more runs', async () => {
    const runs = [makeRun(), makeRun(), makeRun()];
    const [group, end] = await loadRuns(fakeRepository({ runs }).store, 'kind', 2);
    expect(group).toMatchObject({ type: 'run-group', runs: { length: 2 } });
    expect(end).toEqual({ type: 'older-runs', shown: 2 });
  });

  it('is empty, not broken, where there is no repository', async () => {
    expect(await runRows(fakeApp(undefined), () => 'kind').children()).toEqual([]);
  });
});

describe('the commands of a run', () => {
  const run = makeRun();
  const reports = { [run.id]: JSON.stringify(makeReport()) };
  const repository = fakeRepository({ runs: [run], reports });

  it('opens the report of the row', async () => {
    const app = fakeApp(repository);
    await openRun(app).run(nodeOf(run));
    expect(app.asked).toEqual(['report: mail-triage (fail)']);
  });

  it('asks which run when it is called from the palette', async () => {
    const app = fakeApp(repository, ['mail-triage']);
    await openRun(app).run();
    expect(app.asked).toEqual(['choose: Which run? mail-triage', 'report: mail-triage (fail)']);
  });

  it('copies the command of the report in front', async () => {
    const app = fakeApp(repository);
    await copyReproduceCommand(app).run(reportAddress({ id: run.id, title: 'any' }));
    expect(app.asked[0]).toBe('copy: pawl eval prompts/mail-triage.prompt.yml --baseline production');
  });

  it('copies one line without control characters, so that pasting runs nothing', async () => {
    const footer = { reproduce: 'pawl eval a\nrm -rf x\u001B[A' };
    const hostile = fakeRepository({ runs: [run], reports: { [run.id]: JSON.stringify(makeReport({ footer })) } });
    const app = fakeApp(hostile);
    await copyReproduceCommand(app).run(nodeOf(run));
    expect(app.asked[0]).toBe('copy: pawl eval a rm -rf x␛[A');
  });

  it('says so when a run has no report, no command, or a damaged report', async () => {
    const said = async (text: string | undefined): Promise<string | undefined> => {
      const app = fakeApp(fakeRepository({ runs: [run], reports: text === undefined ? {} : { [run.id]: text } }));
      await copyReproduceCommand(app).run(nodeOf(run));
      return app.asked[0];
    };
    expect(await said(undefined)).toBe('inform: This run was recorded without a report.');
    expect(await said(JSON.stringify(makeReport({ footer: {} })))).toMatch(/names no command/);
    expect(await said('{"schema":"pawl.report/9"}')).toMatch(/newer Pawl, or it is damaged/);
    expect(await said('{')).toMatch(/newer Pawl, or it is damaged/);
  });

  it('says so when a run is not in this repository', async () => {
    expect((await findReport(repository.store, makeRun().id)).why).toMatch(/There is no run/);
  });
});

function node(overrides: Parameters<typeof makeRun>[0]): RunNode {
  return nodeOf(makeRun(overrides));
}

function nodeOf(run: Run): RunNode {
  return { type: 'run', by: 'kind', run: summaryOf(run) };
}
