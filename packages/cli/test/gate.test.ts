// `pawl gate` without a policy, on files, runs in the store and what earlier gates kept; through the real engine and Git.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pawlIn, type Said } from './pawl-in.ts';

interface Row {
  readonly id: string;
  readonly label: number;
  readonly probability: number;
  readonly carrier: string;
}

/** The signal with a part of noise, always the same. */
const rowsOf = (noise: number, count = 300): Row[] =>
  Array.from({ length: count }, (_, index) => {
    const [signal, disturbance] = [Math.sin(index * 12.9898) * 2, Math.sin(index * 78.233) * 3 * noise];
    const chance = 1 / (1 + Math.exp(-2 * (signal + disturbance)));
    return {
      id: `r${String(index).padStart(4, '0')}`,
      label: Math.sin(index * 43.1) + signal > 0 ? 1 : 0,
      probability: Number(Math.min(0.999, Math.max(0.001, chance)).toFixed(4)),
      carrier: index % 3 === 0 ? 'HA' : 'DL',
    };
  });

const csv = (rows: readonly object[]): string =>
  [Object.keys(rows[0] ?? {}).join(','), ...rows.map((row) => Object.values(row).join(','))].join('\n') + '\n';
const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

let repo: GitRepo;
beforeAll(async () => {
  const worse = rowsOf(0.9);
  repo = await gitRepo({
    'good.csv': csv(rowsOf(0)),
    'bad.jsonl': jsonl(worse),
    'short.csv': csv(worse.slice(0, 200)),
    'relabelled.csv': csv(worse.map((row, index) => (index < 7 ? { ...row, label: 1 - row.label } : row))),
    'numbered.csv': csv(rowsOf(0).map((row, index) => ({ ...row, id: index }))),
    'numbered.jsonl': jsonl(worse.map((row, index) => ({ ...row, id: String(index) }))),
    'classes.csv': csv(
      rowsOf(0.2).map(({ id, label, probability }) => ({ id, label, prediction: Math.round(probability) })),
    ),
  });
});
afterAll(() => repo[Symbol.asyncDispose]());

const gate = (...args: readonly string[]): Promise<Said> => pawlIn(repo, 'gate', ...args);
const judged = async (...args: readonly string[]) => {
  const { code, out } = await gate('--no-store', '--json', ...args);
  return { code, ...JSON.parse(out) };
};

test('two files and a task are enough: metrics, differences, intervals and a verdict come as JSON', async () => {
  const said = await judged('--candidate', 'good.csv', '--baseline', 'bad.jsonl', '--task', 'classification');

  expect(said).toMatchObject({
    code: 0,
    schema: 'pawl.report/1',
    kind: 'eval-gate',
    name: 'good',
    verdict: 'pass',
    n: 300,
    metrics: {
      accuracy: {
        verdict: 'pass',
        direction: 'higher',
        n: 300,
        level: 0.95,
        value: expect.any(Number),
        baseline: expect.any(Number),
        difference: expect.any(Number),
        interval: [expect.any(Number), expect.any(Number)],
      },
      'log-loss': { direction: 'lower' },
    },
    baseline: { source: 'file', name: 'bad.jsonl' },
    footer: { reproduce: 'pawl gate --candidate good.csv --baseline bad.jsonl --task classification' },
  });
  const { value, baseline, difference, interval } = said.metrics.accuracy;
  expect(difference).toBeCloseTo(value - baseline, 12);
  expect(interval[0]).toBeLessThan(difference);
  expect(interval[1]).toBeGreaterThan(difference);
});

test('the other way round it fails, by the metrics and slices that were asked for', async () => {
  const said = await judged(
    ...['--candidate', 'bad.jsonl', '--baseline', 'good.csv', '--task', 'classification', '--name', 'delay'],
    ...['--metric', 'log-loss:0.02', '--metric', 'accuracy', '--slice', 'carrier'],
  );

  expect(said).toMatchObject({
    code: 1,
    name: 'delay',
    verdict: 'fail',
    metrics: { 'log-loss': { verdict: 'fail' }, accuracy: { verdict: 'fail' } },
  });
  expect(JSON.stringify(said.blocks)).toContain('carrier = HA');
});

test('classes without probabilities are judged by what classes have', async () => {
  const said = await judged('--candidate', 'classes.csv', '--baseline', 'bad.jsonl', '--task', 'classification');

  expect(said).toMatchObject({
    verdict: 'pass',
    metrics: { accuracy: { verdict: 'pass' }, 'log-loss': { value: null } },
  });
});

test('ids that are numbers in one file and texts in the other are the same ids, with the same truth', async () => {
  const files = ['--candidate', 'numbered.csv', '--baseline', 'numbered.jsonl'];

  expect(await judged(...files, '--task', 'classification')).toMatchObject({ verdict: 'pass', problems: [] });
});

test('rows that one file lacks, and a truth that differs, are errors and name what is wrong', async () => {
  const short = await judged('--candidate', 'good.csv', '--baseline', 'short.csv', '--task', 'classification');
  const other = await judged('--candidate', 'good.csv', '--baseline', 'relabelled.csv', '--task', 'classification');

  expect(short).toMatchObject({
    code: 3,
    verdict: 'error',
    problems: [{ code: 'GATE_IDS_MISSING', file: 'short.csv' }],
  });
  expect(other).toMatchObject({
    code: 3,
    problems: [
      {
        code: 'GATE_LABELS_DIFFER',
        message: '7 rows have another "label" here than in good.csv (first: "r0000" is "1" here and "0" there).',
      },
    ],
  });
});

test.each([
  [['--candidate', 'good.csv'], 'There is no *.gate.yml in the repository.'],
  [['--candidate', 'good.csv', '--metric', 'accuracy'], '"metric" is of no effect beside a policy file.'],
  [['--candidate', 'good.csv', '--task', 'classification', '--metric', 'accurracy'], 'accurracy'],
  [['--candidate', 'good.csv', '--task', 'classification', '--metric', 'mae'], '"mae" is a metric of regression'],
  [['--candidate', 'good.csv', '--task', 'classification', '--metric', 'accuracy:x'], '"accuracy:x" has no margin.'],
  [['--candidate', 'nothing.csv', '--task', 'classification'], 'There is no file "nothing.csv".'],
  [
    ['--candidate', 'kserve+http://me:secret@host/v2/models/m', '--task', 'classification'],
    'holds a user or a password',
  ],
  [['--candidate', 'latest:prompt-regression/none', '--task', 'eval-run'], 'no prompt-regression run of "none"'],
])('%j is a mistake of whoever wrote it', async (args, message) => {
  const said = await judged(...args);

  expect(said.code).toBe(2);
  expect(JSON.stringify(said.problems)).toContain(JSON.stringify(message).slice(1, -1));
  expect(JSON.stringify(said)).not.toContain('secret');
});

const suite = (said: string) =>
  `prompts: ['${said} {{name}}']\nproviders: [echo]\ntests:\n${Array.from({ length: 40 }, (_, index) => index)
    .map((index) => `  - vars: {name: n${index}}\n    assert: [{type: contains, value: Hello, metric: greets}]\n`)
    .join('')}`;

test('eval runs in the store are judged case by case, against each other and against a label', async () => {
  await using own = await gitRepo({
    'greet.eval.gate.yml':
      'name: greet\ntask: eval-run\nminimum-rows: 20\nevals:\n  run: promptfooconfig\n  metrics:\n    pass-rate: { margin: 0.1 }\n    greets: { margin: 0.1 }\n',
    'promptfooconfig.yaml': suite('Hello'),
  });
  const evaluate = () => pawlIn(own, 'eval', 'promptfooconfig.yaml', '--no-baseline', '--json');
  const first = JSON.parse((await evaluate()).out);
  await writeFile(join(own.path, 'promptfooconfig.yaml'), suite('Goodbye'));
  await evaluate();

  const candidate = ['--candidate', 'latest:prompt-regression/promptfooconfig'];
  const worse = await pawlIn(own, 'gate', ...candidate, '--baseline', `run:${first.runId}`, '--json');
  const better = await pawlIn(own, 'gate', '--candidate', `run:${first.runId}`, '--baseline', candidate[1]!, '--json');
  expect((await pawlIn(own, 'registry', 'register', 'greet', '--version', 'v1.0.0')).err).toBe('');
  const label = await pawlIn(own, 'registry', 'label', 'greet@v1.0.0', 'production', '--force', '-m', 'first');
  expect(label.code).toBe(0);
  const labelled = await pawlIn(own, 'gate', ...candidate, '--json');
  const adHoc = await pawlIn(own, 'gate', '--task', 'eval-run', ...candidate, '--baseline', `run:${first.runId}`);

  expect(worse.code).toBe(1);
  expect(JSON.parse(worse.out)).toMatchObject({
    verdict: 'fail',
    n: 40,
    metrics: { 'pass-rate': { value: 0, baseline: 1, difference: -1, verdict: 'fail' }, greets: { verdict: 'fail' } },
    baseline: { source: 'file', name: `run:${first.runId}` },
  });
  expect(JSON.stringify(JSON.parse(worse.out).blocks)).toContain('40 cases newly failing, 0 newly passing');
  expect(better.code).toBe(0);
  expect(JSON.parse(better.out)).toMatchObject({ subject: { name: 'greet' }, metrics: { 'pass-rate': { value: 1 } } });
  // Both runs were made at the label's commit; the second one had other changes in the folder, and does not speak for it.
  expect(JSON.parse(labelled.out)).toMatchObject({
    verdict: 'fail',
    baseline: { source: 'label', version: 'v1.0.0' },
    metrics: { 'pass-rate': { value: 0, baseline: 1 } },
  });
  expect(adHoc.code).toBe(4);
  expect(adHoc.out).toContain('40 cases; the policy asks for at least 100');
});
