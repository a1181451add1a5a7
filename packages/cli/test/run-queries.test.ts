// pawl run list, show, diff and export on a temporary repository whose store holds runs of several kinds.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeUlid, Run, runSchema, type RunSummary } from '@pawl/core';
import type { RunComparison } from '@pawl/core/runs';
import { openDataEngine } from '@pawl/data';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { openWorld } from '@pawl/wiring';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const start = Date.parse('2026-10-01T00:00:00Z');
const hour = 3_600_000;
const id = (index: number): string => makeUlid(start + index * hour, new Uint8Array(10).fill(index + 1));

function runAt(index: number, given: Partial<Run>): Run {
  return Run.parse({
    schema: runSchema,
    id: id(index),
    kind: 'training',
    name: 'flight-delay',
    startedAt: new Date(start + index * hour).toISOString(),
    origin: { branch: index % 2 === 0 ? 'main' : 'try', actor: 'ada', commit: `${index}`.repeat(8), trust: 'own' },
    inputs: [{ role: 'data', path: 'flights.csv', digest: `sha256:${'a'.repeat(64)}` }],
    params: {},
    metrics: {},
    results: {},
    ...given,
  });
}

const mails = (wrong: readonly number[]): string =>
  Array.from({ length: 50 }, (_, mail) => {
    const text = wrong.includes(mail) ? 'ham' : 'spam';
    return `${JSON.stringify({ id: `mail-${mail}`, before: null, after: { pass: text === 'spam' ? 1 : 0, scores: {}, text } })}\n`;
  }).join('');

const prompt = (index: number, value: number): Run =>
  runAt(index, {
    kind: 'prompt-regression',
    name: 'mail-triage',
    verdict: index === 5 ? 'fail' : 'pass',
    headline: 'accuracy moved',
    metrics: { accuracy: { value, n: 50, direction: 'higher' } },
  });

let repo: GitRepo;
beforeAll(async () => {
  repo = await gitRepo({ 'README.md': '# Flights\n' });
  await using world = await openWorld({ root: repo.path, env: repo.environment, progress: () => {} });
  const trainings = [0.7, 0.9, 0.95, null].map((f1, index) =>
    runAt(index, {
      params: {
        lr: [0.1, 0.01, '0.001', 'auto'][index]!,
        note: index === 1 ? '=HYPERLINK("x")' : 'plain',
        ...(index === 0 && { long: 'x'.repeat(300) }),
      },
      metrics: { f1: { value: f1, direction: 'higher' }, ...(index === 2 && { 'val.loss': { value: -0.5 } }) },
      tags: { team: index < 2 ? 'search' : 'ads' },
      environment: { python: '3.12' },
    }),
  );
  await world.store.add({
    runs: [
      ...trainings.map((run) => ({ run, results: {} })),
      { run: prompt(4, 0.98), results: { 'cases.jsonl': mails([7]) } },
      { run: prompt(5, 0.8), results: { 'cases.jsonl': mails([0, 1, 2, 3, 4, 5, 6, 8, 9, 10]) } },
    ],
    operations: [
      {
        schema: 'pawl.op/1',
        id: makeUlid(start + 9 * hour, new Uint8Array(10).fill(9)),
        kind: 'note',
        about: id(1),
        at: '2026-10-02T00:00:00Z',
        actor: 'grace',
        data: { text: 'The one we shipped.' },
      },
    ],
  });
});
afterAll(() => repo[Symbol.asyncDispose]());

const pawl = (...args: readonly string[]) => pawlIn(repo, 'run', ...args);
const listed = async (...args: readonly string[]): Promise<readonly number[]> => {
  const { code, out } = await pawl('list', '--json', ...args);
  expect(code).toBe(0);
  return (JSON.parse(out) as readonly RunSummary[]).map((run) =>
    [0, 1, 2, 3, 4, 5].findIndex((index) => id(index) === run.id),
  );
};

describe('run list', () => {
  test.each([
    [[], [5, 4, 3, 2, 1, 0]],
    [
      ['--where', 'metrics.f1 >= 0.9'],
      [2, 1],
    ],
    [['--where', 'metrics.f1 >= 0.9 and params.lr < 0.005'], [2]],
    [
      ['--where', 'metrics.`val.loss` < 0 or verdict in (fail, error)'],
      [5, 2],
    ],
    [['--where', 'tags.team = "search" and not params.lr = 0.1', '--kind', 'training'], [1]],
    [['--where', 'metrics.f1 is null', '--kind', 'training'], [3]],
    [
      ['--kind', 'training', '--sort', 'metrics.f1:desc'],
      [2, 1, 0, 3],
    ],
    [
      ['--kind', 'training', '--sort', 'metrics.f1', '--limit', '2'],
      [0, 1],
    ],
    [
      ['--kind', 'training', '--sort', 'metrics.f1', '--limit', '2', '--page', '2'],
      [2, 3],
    ],
    [
      ['--sort', 'kind,started'],
      [4, 5, 0, 1, 2, 3],
    ],
    [
      ['--limit', '2', '--page', '2'],
      [3, 2],
    ],
    [['--limit', '2', '--offset', '5'], [0]],
    [
      ['--branch', 'main', '--author', 'ada'],
      [4, 2, 0],
    ],
    [['--author', 'grace'], []],
    [
      ['--since', '2026-10-01T03:00Z', '--until', '2026-10-01T05:00Z'],
      [4, 3],
    ],
    [
      ['--until', '2026-10-01'],
      [5, 4, 3, 2, 1, 0],
    ],
    [['--since', '2026-10-02'], []],
    [['--name', 'mail-triage', '--verdict', 'fail'], [5]],
  ])('%j lists those', async (args, expected) => {
    expect(await listed(...args)).toEqual(expected);
  });

  test('shows the columns asked for, and says that there are more', async () => {
    const { code, out } = await pawl(
      'list',
      '--columns',
      'run,started,metrics.f1,params.lr',
      '--kind',
      'training',
      '--limit',
      '2',
    );
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'run            started      metrics.f1  params.lr',
        `${id(3).slice(0, 13)}  10-01 03:00              auto`,
        `${id(2).slice(0, 13)}  10-01 02:00  0.95        0.001`,
        '',
        'There are more: --page 2 shows the next, --limit more at once.',
        '',
      ].join('\n'),
    );
    expect((await pawl('list', '--sort', 'name', '--limit', '4')).out).toContain(
      '4 of 6 shown: --page 2 shows the next',
    );
    expect((await pawl('list', '--limit', '6')).out).not.toContain('more');
  });

  test('prints CSV that no spreadsheet takes for a formula', async () => {
    const { out } = await pawl('list', '--csv', '--kind', 'training', '--columns', 'name,metrics.*,params.note');
    expect(out).toBe(
      [
        'name,metrics.f1,metrics.val.loss,params.note',
        'flight-delay,,,plain',
        'flight-delay,0.95,-0.5,plain',
        `flight-delay,0.9,,"'=HYPERLINK(""x"")"`,
        'flight-delay,0.7,,plain',
        '',
      ].join('\n'),
    );
    expect((await pawl('list', '--csv')).out).toMatch(/^id,kind,name,.*metrics\.accuracy,.*tags\.team\n/);
  });

  test('is calm where nothing matches', async () => {
    expect(await pawl('list', '--where', 'name = nobody')).toEqual({ code: 0, out: 'No run is like that.\n', err: '' });
    expect(await pawl('list', '--limit', '5', '--page', '9')).toMatchObject({
      code: 0,
      out: 'No run is so far down the list.\n',
    });
    expect(await pawl('list', '--where', 'name = nobody', '--json')).toMatchObject({ code: 0, out: '[]\n' });
  });

  test('a metric that no run has is told, and the list stays what it is', async () => {
    const { code, out, err } = await pawl('list', '--where', 'metrics.fl > 0.9', '--json');
    expect({ code, out }).toEqual({ code: 0, out: '[]\n' });
    expect(err).toContain('warning: --where, column 1: None of the 6 runs asked has a metric "fl".');
    expect(err).toContain('Did you mean "f1"?');
    expect((await pawl('list', '--sort', 'metrics.fl')).err).toContain('metric "fl"');
    expect((await pawl('list', '--columns', 'name,params.lrr')).err).toContain('parameter "lrr"');
    expect((await pawl('list', '--where', 'metrics.f1 > 0.99')).err).toBe('');
  });

  test('a typo in a filter is shown at its place', async () => {
    const { code, out, err } = await pawl('list', '--where', 'verdict = pass and metrcs.f1 > 0.9');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe(
      [
        'error: --where, column 20: Runs have no "metrcs.f1".',
        '    verdict = pass and metrcs.f1 > 0.9',
        `    ${' '.repeat(19)}^`,
        '  Did you mean "metrics.f1"?',
        '',
      ].join('\n'),
    );
    const { problems } = JSON.parse((await pawl('list', '--where', 'verdict = pas', '--json')).out);
    expect(problems).toEqual([
      {
        code: 'FILTER_INVALID',
        severity: 'error',
        message: '"verdict" is never "pas".',
        hint: 'Did you mean "pass"?',
        column: 11,
      },
    ]);
  });

  test.each([
    [['--since', 'soon'], '--since is "soon", which is no time.'],
    [['--page', '0'], 'Pages are counted from 1.'],
    [['--page', '2', '--offset', '3'], 'both say where to begin'],
    [['--sort', 'nmae'], '--sort, column 1: Runs have no "nmae".'],
    [['--columns', 'name,vrdict'], '--columns, column 6: Runs have no "vrdict".'],
    [['--csv', '--json'], 'cannot be used with'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, err } = await pawl('list', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('run show --cases', () => {
  test('lists every case of its kind with both answers, however many, or as they are recorded', async () => {
    const { code, out } = await pawl('show', 'latest:mail-triage', '--cases', 'wrong');
    expect(code).toBe(0);
    expect(out).toContain('10 cases wrong');
    for (const mail of [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]) expect(out).toMatch(new RegExp(`^mail-${mail} .*ham$`, 'm'));
    expect(out).not.toContain('mail-7 ');
    const json = await pawl('show', 'latest:mail-triage', '--cases', 'wrong', '--json');
    expect(JSON.parse(json.out)).toHaveLength(10);
    expect((await pawl('show', 'latest:mail-triage', '--cases', 'newly-wrong')).out).toBe('0 cases newly wrong\n');
    expect((await pawl('show', 'latest:mail-triage', '--cases', 'all')).out).toMatch(/^mail-7 .*right: spam$/m);
  });

  test('of a run that has none is an error that says so', async () => {
    const { code, err } = await pawl('show', 'latest:training/flight-delay', '--cases', 'all');
    expect(code).toBe(2);
    expect(err).toContain('keeps no cases.');
    expect((await pawl('show', 'latest', '--cases', 'some')).code).toBe(2);
  });
});

describe('run show', () => {
  test('prints what a run was given, found, and what was said of it later', async () => {
    const { code, out } = await pawl('show', 'latest~2:training/flight-delay');
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot('run-show.txt');
  });

  test('takes letters of an id, and names the candidates where they are too few', async () => {
    expect(JSON.parse((await pawl('show', id(2).slice(0, 12), '--json')).out)).toMatchObject({ id: id(2) });
    const { code, err } = await pawl('show', '0');
    expect(code).toBe(2);
    expect(err).toContain(`${id(5)} (prompt-regression mail-triage)`);
    expect((await pawl('show', 'latest:trainin')).err).toContain('Did you mean "training"?');
  });
});

describe('run diff', () => {
  test('pairs the cases of two runs', async () => {
    const { code, out } = await pawl('diff', 'latest~1:mail-triage', 'latest:mail-triage');
    expect(code).toBe(0);
    expect(out).toMatch(/accuracy +0\.98 +0\.8 +−0\.18 worse \(95 % CI −0\.\d+ … −0\.\d+\) on 50 pairs/);
    expect(out).toContain('Of 50 cases in both, 10 newly wrong, 1 newly right.');
    expect(out).toMatch(/^mail-0 +spam +ham$/m);
    expect(out).toContain('git diff 44444444 55555555');
  });

  test('prints it as JSON, and writes it as a page', async () => {
    const { code, out } = await pawl('diff', id(0), id(1), id(2), '--json', '--html', 'out/diff.html');
    expect(code).toBe(0);
    const comparison = JSON.parse(out) as RunComparison;
    expect(comparison.runs.map((run) => run.id)).toEqual([id(0), id(1), id(2)]);
    expect(comparison.params).toContainEqual({ name: 'lr', values: [0.1, 0.01, '0.001'], changed: true });
    expect(comparison.metrics[0]?.differences).toMatchObject([{ basis: 'values' }, { basis: 'values' }]);
    expect(comparison.inputs).toMatchObject([{ path: 'flights.csv', state: 'same' }]);
    expect(await readFile(join(repo.path, 'out/diff.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*3 runs compared/);
  });

  test.each([
    [['latest'], "missing required argument 'runs'"],
    [['latest', 'latest'], 'All of these are run'],
    [['nope', 'latest~99'], 'goes back too far'],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await pawl('diff', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

test('every command says what it does, with examples', async () => {
  for (const name of ['list', 'show', 'diff', 'export']) {
    const { code, out } = await pawl(name, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Examples:\n  $ pawl run ${name}`);
  }
});

describe('run export', () => {
  test('writes JSON, JSON lines and CSV, by the name of the file', async () => {
    const { code, out } = await pawl('export', '--kind', 'training');
    expect(code).toBe(0);
    const rows = JSON.parse(out) as readonly Record<string, unknown>[];
    expect(rows).toHaveLength(4);
    expect(rows[3]).toMatchObject({
      id: id(0),
      'metrics.f1': 0.7,
      'params.long': 'x'.repeat(300),
      'origin.branch': 'main',
    });

    expect(await pawl('export', '--kind', 'training', '--output', 'out/runs.ndjson')).toMatchObject({
      code: 0,
      out: '4 runs written to out/runs.ndjson.\n',
    });
    const text = await readFile(join(repo.path, 'out/runs.ndjson'), 'utf8');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);

    await pawl('export', '--where', 'metrics.f1 > 0.8', '--with', 'params,environment', '--output', 'out/runs.csv');
    const csv = await readFile(join(repo.path, 'out/runs.csv'), 'utf8');
    expect(csv.split('\n')[0]).toMatch(/,params\.lr,params\.note,environment\.python$/);
    expect(csv).toContain(`0.01,"'=HYPERLINK(""x"")",3.12\n`);
  });

  test('writes Parquet that DuckDB reads back', async () => {
    const { code } = await pawl('export', '--format', 'parquet', '--output', 'out/runs.parquet', '--sort', 'started');
    expect(code).toBe(0);
    const engine = openDataEngine();
    await engine.attach('runs', join(repo.path, 'out/runs.parquet'));
    expect(
      await engine.query(
        'SELECT "metrics.f1" AS f1, "params.lr" AS lr, epoch_ms("startedAt") AS started FROM runs WHERE kind = $1',
        ['training'],
      ),
    ).toEqual(
      [0.7, 0.9, 0.95, null].map((f1, index) => ({
        f1,
        lr: ['0.1', '0.01', '0.001', 'auto'][index],
        started: start + index * hour,
      })),
    );
    await engine.close();
  });

  test('of no run is an empty list', async () => {
    expect(await pawl('export', '--name', 'nobody')).toEqual({ code: 0, out: '[]\n', err: '' });
    expect(await pawl('export', '--name', 'nobody', '--format', 'csv')).toMatchObject({ code: 0 });
  });

  test('what cannot be written is told', async () => {
    await mkdir(join(repo.path, 'out/folder.csv'), { recursive: true });
    await writeFile(join(repo.path, 'out/file'), '');
    expect(await pawl('export', '--output', 'out/folder.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('EISDIR'),
    });
    expect(await pawl('export', '--output', 'out/file/x.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be written'),
    });
    expect(await pawl('export', '--output', 'out/folder.csv', '--format', 'parquet')).toMatchObject({ code: 2 });
    expect(await pawl('export', '--format', 'parquet')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Name a file with --output.'),
    });
    expect(await pawl('export', '--with', 'metrics,secrets')).toMatchObject({
      code: 2,
      err: expect.stringContaining('"secrets" is none of'),
    });
    expect(await pawl('export', '--format', 'xml')).toMatchObject({ code: 2 });
  });
});
