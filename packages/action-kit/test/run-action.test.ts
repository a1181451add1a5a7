import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defineAction, runAction, type WorldRequest } from '@pawl/action-kit';
import {
  defineInputs,
  type Bundle,
  type Config,
  type Outcome,
  type Receipt,
  type Report,
  type Store,
} from '@pawl/core';
import { makeReport, makeRun } from '@pawl/core/testing';
import { startLoopbackGitHub, type LoopbackGitHub } from '@pawl/testkit/github';

const headSha = 'a'.repeat(40);
const action = defineAction({
  slug: 'eval-gate',
  title: 'Pawl eval gate',
  description: 'Compares a model with the one in production.',
  inputs: defineInputs({
    candidate: { description: 'The model.', type: 'path', required: true },
    look: { description: 'Look.', type: 'number' },
  }),
  branding: { icon: 'shield', color: 'blue' },
  readsData: true,
  example: { candidate: 'm.onnx' },
});

const run = makeRun({ startedAt: '2026-11-21T09:30:00.000Z' });

const outcomeOf = (overrides: Partial<Report> = {}, usage = false): Outcome => ({
  report: makeReport(overrides),
  run,
  results: {},
  usage,
});

/** Keeps what it is given; everything else of a store is not asked for by an action. */
function recordingStore(added: Bundle[], receipt: Receipt = { kept: 'remote', ref: 'refs/pawl/inbox/x' }): Store {
  return {
    add: async (bundle) => {
      added.push(bundle);
      return receipt;
    },
    list: async () => [],
    read: async () => undefined,
    readResult: async () => undefined,
    operations: async () => [],
    compact: async () => ({ folded: 0, quarantined: 0 }),
  };
}

interface Played {
  readonly exitCode: number;
  readonly log: string;
  readonly outputs: string;
  readonly summary: string;
  readonly added: readonly Bundle[];
  readonly asked: WorldRequest | undefined;
  /** Inputs as the feature saw them. */
  readonly seen: unknown;
}

interface Scene {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly execute?: () => Outcome;
  readonly config?: Config;
  readonly store?: (added: Bundle[]) => Store;
  readonly event?: unknown;
  readonly env?: Readonly<Record<string, string>>;
}

let folder: string;
let github: LoopbackGitHub;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-action-'));
  github = await startLoopbackGitHub({
    pullRequests: [{ number: 7, head: { ref: 'tighten', sha: headSha }, base: { ref: 'main', sha: 'b'.repeat(40) } }],
  });
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
  await rm(folder, { recursive: true });
});

const pullRequestEvent = (headRepository = 'acme/flights') => ({
  number: 7,
  pull_request: {
    number: 7,
    head: { ref: 'tighten', sha: headSha, repo: { full_name: headRepository } },
    base: { ref: 'main', sha: 'b'.repeat(40) },
  },
  repository: { full_name: 'acme/flights' },
});

async function play(scene: Scene = {}): Promise<Played> {
  const file = (name: string): string => join(folder, name);
  for (const name of ['output', 'summary']) await writeFile(file(name), '');
  await writeFile(file('event.json'), JSON.stringify(scene.event ?? pullRequestEvent()));
  await mkdir(file('work'), { recursive: true });
  // The fake world reads nothing; the wrapper looks whether there is a file at all.
  if (scene.config !== undefined) await writeFile(file('work/pawl.yml'), '');
  const added: Bundle[] = [];
  let log = '';
  let asked: WorldRequest | undefined;
  let seen: unknown;
  const given = { candidate: 'm.onnx', 'github-token': github.token, 'fail-on': '', ...scene.inputs };
  const exitCode = await runAction(
    action,
    {
      openWorld: async (request) => {
        asked = request;
        return {
          config: scene.config ?? {},
          problems: [],
          store: (scene.store ?? recordingStore)(added),
          [Symbol.asyncDispose]: async () => {},
        };
      },
      execute: async (inputs) => {
        seen = inputs;
        return (scene.execute ?? outcomeOf)();
      },
    },
    {
      cwd: file('work'),
      write: (text) => (log += text),
      env: {
        ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
        GITHUB_ACTIONS: 'true',
        GITHUB_API_URL: github.url,
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: file('event.json'),
        GITHUB_OUTPUT: file('output'),
        GITHUB_REPOSITORY: 'acme/flights',
        GITHUB_RUN_ID: '42',
        GITHUB_SHA: 'f'.repeat(40),
        GITHUB_STEP_SUMMARY: file('summary'),
        GITHUB_WORKSPACE: file('work'),
        RUNNER_TEMP: file('temp'),
        ...scene.env,
      },
    },
  );
  return {
    exitCode,
    log,
    outputs: (await readFile(file('output'), 'utf8')).replaceAll(/pawl-[0-9a-f-]{36}/g, 'EOF'),
    summary: await readFile(file('summary'), 'utf8'),
    added,
    asked,
    seen,
  };
}

test('a world whose run nobody will keep is told so', async () => {
  expect((await play({ inputs: { store: 'false' } })).asked).toMatchObject({ unkept: true });
  expect((await play()).asked).not.toHaveProperty('unkept');
});

describe('a gate that passes', () => {
  test('ends well with report, result, summary, run, check, comment and outputs', async () => {
    const played = await play();
    expect(played.exitCode).toBe(0);
    // Its producer is part of the record: a new attempt of the same step supersedes this one in lists.
    const producer = { key: expect.stringMatching(/^[0-9a-f]{16}$/), attempt: 1 };
    expect(played.added).toEqual([{ runs: [{ run: { ...run, producer }, results: {} }], operations: [] }]);
    expect(played.summary).toContain('### eval-gate `flight-delay`: pass');
    expect(github.comments(7)).toHaveLength(1);
    expect(played.outputs).toContain('verdict<<EOF\npass\nEOF\npassed<<EOF\ntrue\nEOF\n');
    expect(played.outputs).toContain(`run-id<<EOF\n${run.id}\nEOF\n`);
    expect(played.outputs).toContain('#issuecomment-');
    const html = join(folder, 'temp/pawl/pawl-eval-gate/report.html');
    expect(await readFile(html, 'utf8')).toContain('2026-11-21 09:30 UTC');
    expect(JSON.parse(await readFile(html.replace('.html', '.json'), 'utf8'))).toMatchObject({
      report: { verdict: 'pass' },
      run: { id: run.id },
    });
  });

  test('gives actions/attest its subject and predicate, and nothing where the run judged no bytes', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const judged = { ...run, verdict: 'pass' as const, subject: { name: 'flight-delay', digest } };
    const played = await play({ execute: () => ({ ...outcomeOf(), run: judged }) });
    const predicate = join(folder, 'temp/pawl/pawl-eval-gate/report.predicate.json');
    expect(played.outputs).toContain(`subject-name<<EOF\nflight-delay\nEOF\nsubject-digest<<EOF\n${digest}\nEOF\n`);
    expect(played.outputs).toContain(`predicate-path<<EOF\n${predicate}\nEOF\n`);
    expect(JSON.parse(await readFile(predicate, 'utf8'))).toMatchObject({ result: 'PASSED' });
    expect((await play()).outputs).toContain('subject-digest<<EOF\n\nEOF\n');
  });

  test('judges the head of a pull request, never its merge commit', async () => {
    const { asked } = await play({ inputs: { matrix: '{"model":"small"}', 'job-index': '1' } });
    expect(asked).toMatchObject({
      baseRef: 'b'.repeat(40),
      producer: { matrix: '1 {"model":"small"}', workflowRun: '42', attempt: '1' },
      origin: { commit: headSha, branch: 'tighten', pullRequest: 7, trust: 'own' },
    });
    expect(github.checkRuns()).toMatchObject([{ name: 'pawl: eval-gate flight-delay small', headSha }]);
  });
});

describe('the exit code', () => {
  test.each<[string, Partial<Report>, string, number]>([
    ['fails on fail', { verdict: 'fail' }, '', 1],
    ['fails on error', { verdict: 'error' }, '', 3],
    ['goes on when inconclusive', { verdict: 'inconclusive' }, '', 0],
    ['fails on inconclusive when asked', { verdict: 'inconclusive' }, 'fail,error,inconclusive', 4],
    ['goes on after a failure when asked', { verdict: 'fail' }, 'error', 0],
    ['never fails when asked', { verdict: 'error' }, 'never', 0],
    ['never fails for advice', { verdict: 'fail', advisory: true }, '', 0],
  ])('%s', async (_, report, failOn, exitCode) => {
    const played = await play({ execute: () => outcomeOf(report), inputs: { 'fail-on': failOn } });
    expect(played.exitCode).toBe(exitCode);
    // Whatever it ends with, everything has been published before.
    expect(github.comments(7)).toHaveLength(1);
    expect(played.outputs).toContain(`verdict<<EOF\n${report.verdict}\n`);
    expect(played.outputs).toContain('passed<<EOF\nfalse\n');
  });

  test('is never green when Pawl breaks, and the comment does not blame the change', async () => {
    const played = await play({
      inputs: { 'fail-on': 'never' },
      execute: () => {
        throw new TypeError('x is undefined');
      },
    });
    expect(played.exitCode).toBe(3);
    expect(played.log).toContain('::error title=Pawl%3A Pawl broke::');
    expect(played.log).toContain('run-action.test.ts');
    expect(github.checkRuns()).toMatchObject([{ conclusion: 'failure' }]);
    expect(github.comments(7)[0]?.body).toContain('a bug in Pawl');
    expect(played.added).toEqual([]);
  });

  test("is error's when an adapter says what is wrong", async () => {
    const played = await play({
      execute: () => {
        throw Object.assign(new Error('data.csv is no CSV.'), {
          name: 'DataError',
          code: 'DATA_UNREADABLE',
          hint: 'Look at line 3.',
        });
      },
    });
    expect(played.exitCode).toBe(3);
    expect(github.comments(7)[0]?.body).toMatch(/data\.csv is no CSV\. Look at line 3\./);
  });
});

describe('inputs', () => {
  test('come from the workflow first, then from pawl.yml', async () => {
    const { seen } = await play({
      inputs: { candidate: '' },
      config: { 'eval-gate': { candidate: 'from-file.onnx', look: 3 } },
    });
    expect(seen).toMatchObject({ candidate: 'from-file.onnx', look: 3 });
    const given = await play({
      inputs: { candidate: 'given.onnx' },
      config: { 'eval-gate': { candidate: 'from-file.onnx' } },
    });
    expect(given.seen).toMatchObject({ candidate: 'given.onnx' });
  });

  test('that are wrong fail with exit 2 whatever "fail-on" says, and are commented', async () => {
    const played = await play({ inputs: { candidate: '', look: 'x', 'fail-on': 'never' } });
    expect(played.exitCode).toBe(2);
    expect(github.comments(7)[0]?.body).toContain('2 mistakes in its inputs');
    expect(played.outputs).toContain('verdict<<EOF\nerror\n');
    expect(played.seen).toBeUndefined();
    // Nothing in pawl.yml could mend it, so no engine was loaded for it.
    expect(played.asked).toBeUndefined();
  });

  test('of the step itself are refused in the log', async () => {
    const played = await play({ inputs: { 'fail-on': 'fail,maybe', comment: 'sometimes' } });
    expect(played.exitCode).toBe(2);
    expect(played.log).toContain('Input "comment" is "sometimes"');
    const second = await play({ inputs: { 'fail-on': 'fail,maybe' } });
    expect(second.log).toContain('has "maybe"');
  });
});

test('a fork writes nothing, says so and still judges', async () => {
  const played = await play({
    event: pullRequestEvent('mallory/flights'),
    execute: () => outcomeOf({ verdict: 'fail' }),
  });
  expect(played.exitCode).toBe(1);
  expect(played.added).toEqual([]);
  expect(github.requests).toEqual([]);
  expect(played.log).toContain('comes from a fork');
  expect(played.asked?.origin.trust).toBe('fork');
});

test('a store that refuses is a warning with a remedy, and the verdict stands', async () => {
  const played = await play({
    store: (added) => recordingStore(added, { kept: 'spool', ref: 'x', reason: 'permission denied' }),
  });
  expect(played.exitCode).toBe(0);
  expect(played.log).toContain('::warning title=RUN_NOT_STORED::The run was not recorded in Git: permission denied');
  expect(played.outputs).toContain('run-id<<EOF\n\nEOF');
});

test('hostile text in a report is no command to the runner and sets no output', async () => {
  const evil = 'x\n::set-env name=PATH::/evil\npassed<<EOF\ntrue\nEOF';
  const played = await play({
    execute: () => outcomeOf({ verdict: 'fail', headline: evil, blocks: [{ type: 'text', text: evil }] }),
  });
  const commands = played.log.split('\n');
  const stop = commands.findIndex((line) => line.startsWith('::stop-commands::'));
  const hostile = commands.findIndex((line) => line.startsWith('::set-env'));
  const resume = commands.findIndex((line) => line === `::${commands[stop]?.slice('::stop-commands::'.length)}::`);
  expect(stop).toBeGreaterThanOrEqual(0);
  expect(hostile).toBeGreaterThan(stop);
  expect(resume).toBeGreaterThan(hostile);
  // The true delimiter is a random one, which the value cannot hold.
  expect(played.outputs.split('verdict<<EOF')).toHaveLength(2);
});

test('without a check the annotations are in the log', async () => {
  const findings = [{ severity: 'error' as const, title: 't', message: 'm', file: 'a.csv', line: 3 }];
  const played = await play({
    execute: () => outcomeOf({ verdict: 'fail', findings }),
    inputs: { 'github-token': '' },
  });
  expect(played.log).toContain('::error file=a.csv,line=3,title=t::m');
  const checked = await play({ execute: () => outcomeOf({ verdict: 'fail', findings }) });
  expect(checked.log).not.toContain('::error file=a.csv');
});

test('annotations name files from the root of the repository, in the log and in the check', async () => {
  const findings = [{ severity: 'error' as const, title: 't', message: 'm', file: 'a.csv', line: 3 }];
  const problems = [{ code: 'DATA_MISSING', severity: 'error' as const, message: 'gone', file: 'data/gone.csv' }];
  const execute = (): Outcome => outcomeOf({ verdict: 'error', findings, problems });
  const inputs = { 'working-directory': 'services/flights' };
  const logged = await play({ execute, inputs: { ...inputs, 'github-token': '' } });
  expect(logged.asked?.root).toBe(join(folder, 'work/services/flights'));
  expect(logged.log).toContain('::error file=services/flights/a.csv,line=3,title=t::m');
  expect(logged.log).toContain('::error file=services/flights/data/gone.csv,title=DATA_MISSING::gone');
  await play({ execute, inputs });
  expect(github.checkRuns()[0]?.annotations).toMatchObject([
    { path: 'services/flights/data/gone.csv' },
    { path: 'services/flights/a.csv', start_line: 3 },
  ]);
});

test('a push has a check and no comment', async () => {
  const played = await play({
    event: { ref: 'refs/heads/main', repository: { full_name: 'acme/flights' } },
    env: { GITHUB_EVENT_NAME: 'push' },
  });
  expect(played.exitCode).toBe(0);
  expect(github.comments()).toEqual([]);
  expect(github.checkRuns()).toMatchObject([{ headSha: 'f'.repeat(40) }]);
});

test('an event that cannot be read stops the step with its reason', async () => {
  const played = await play({ env: { GITHUB_EVENT_PATH: join(folder, 'missing.json') } });
  expect(played.exitCode).toBe(2);
  expect(played.outputs).toContain('verdict<<EOF\nerror\n');
});
