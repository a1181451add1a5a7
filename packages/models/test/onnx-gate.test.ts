// The onnx-* folders of fixtures/cases/eval-gate: the gate runs real models. The other cases are walked by core.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DataError, exitCodeOf, readInputs, type DataEngine, type History, type Registry } from '@pawl/core';
import { evalGateInputs, gateModel, type EvalGateInputs } from '@pawl/core/eval-gate';
import { renderMarkdown } from '@pawl/core/report';
import { fakeContext, fakeWorkspace } from '@pawl/core/testing';
import { onnxScorer } from '@pawl/models';
import { oneNode, onnxBytes, type TinyModel } from './tiny-onnx.ts';

const cases = new URL('../../../fixtures/cases/eval-gate/', import.meta.url);
const commit = '7'.repeat(40);
const never = () => Promise.reject(new Error('the gate writes nothing'));
const digest = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** Answers the gate's statements from one CSV file whose rows are in the order of their ids. */
function csvEngine(csv: string): DataEngine {
  const [header, ...rows] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const column = (sql: string): string[] => {
    const index = header!.indexOf(/^SELECT CAST\("(.+?)"/.exec(sql)?.[1] ?? '');
    if (index === -1) throw new DataError('DATA_QUERY_FAILED', `no such column: ${sql}`, { hint: 'none' });
    return rows.map((row) => row[index]!);
  };
  return {
    attach: async () => header!.map((name) => ({ name, type: 'VARCHAR' })),
    query: never,
    numbers: async (sql) => Float64Array.from(column(sql), Number),
    texts: async (sql) => column(sql),
    close: async () => {},
  };
}

interface Change {
  /** Production's model, instead of the case's own. */
  readonly production?: Uint8Array;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Files beside those of the case, or in their place. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly progress?: (message: string) => void;
}

async function judge(name: string, { production, inputs, files: changed = {}, progress }: Change = {}) {
  const file = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}/${path}`, cases)));
  const setting = JSON.parse(new TextDecoder().decode(file('case.json'))) as { inputs: Record<string, string> };
  const history: History = {
    resolve: async () => undefined,
    mergeBase: async () => undefined,
    read: async (at, path) =>
      at === commit && path === 'candidate.onnx' ? (production ?? file('production.onnx')) : undefined,
    list: async () => [],
    materialize: async () => undefined,
    commitTime: async () => undefined,
    head: async () => ({ dirty: false }),
  };
  const registry: Registry = {
    list: async () => [],
    resolve: async (model, at) =>
      at === 'production'
        ? {
            name: model,
            version: 'v1.0.0',
            commit,
            at: '2025-12-29T09:00:00Z',
            message: '',
            labels: ['production'],
            deprecated: false,
          }
        : undefined,
    history: async () => [],
    register: never,
    label: never,
    unlabel: never,
    deprecate: never,
    archive: never,
    tagger: never,
  };
  const files: Record<string, string | Uint8Array> = {
    ...Object.fromEntries(readdirSync(new URL(`${name}/`, cases)).map((path) => [path, file(path)])),
    ...changed,
  };
  const data = files['data.csv']!;
  const { load } = onnxScorer();
  return gateModel({
    inputs: readInputs(evalGateInputs, inputs ?? setting.inputs).value as EvalGateInputs,
    workspace: fakeWorkspace(files),
    history,
    registry,
    engine: csvEngine(typeof data === 'string' ? data : new TextDecoder().decode(data)),
    // Without memory: its processes take seconds, and have a test of their own.
    scorer: { load },
    context: { ...fakeContext({ sha256: digest }), ...(progress !== undefined && { progress }) },
  });
}

test('a candidate that sees more than production passes, on the production label’s own commit', async () => {
  const { report, run } = await judge('onnx-better');

  expect(report).toMatchObject({ verdict: 'pass', n: 700 });
  expect(report.headline).toMatch(/^log-loss 0\.69\d → 0\.46\d$/);
  expect(report.footer.baseline).toBe('delay@v1.0.0 (production, 2 days old)');
  expect(run?.baseline).toMatchObject({ source: 'label', version: 'v1.0.0', commit });
  expect(run?.metrics['roc-auc']).toMatchObject({ verdict: 'pass', direction: 'higher', n: 700 });
});

test('the verdict is bound to the digest of the model file', async () => {
  const { run } = await judge('onnx-better');
  const bytes = readFileSync(new URL('onnx-better/candidate.onnx', cases));

  expect(run?.inputs.find(({ role, side }) => role === 'model' && side === undefined)?.digest).toBe(
    run?.subject?.digest,
  );
  expect(run?.inputs.find(({ role, side }) => role === 'model' && side === 'baseline')?.digest).toBe(
    digest(new Uint8Array(readFileSync(new URL('onnx-better/production.onnx', cases)))),
  );
  expect(bytes.length).toBe(run?.inputs.find(({ role }) => role === 'model')?.bytes);
});

test('a truncated model is an error, never a pass', async () => {
  const outcome = await judge('onnx-truncated');

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code: 'MODEL_INVALID', file: 'candidate.onnx' }]);
});

test('a truncated production model is an error too', async () => {
  const half = new Uint8Array(readFileSync(new URL('onnx-truncated/candidate.onnx', cases)));
  const outcome = await judge('onnx-better', { production: half });

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code: 'MODEL_INVALID', file: 'candidate.onnx of delay@v1.0.0' }]);
});

test('a feature that the dataset lacks is named, with the nearest column', async () => {
  const { report } = await judge('onnx-missing-column');

  expect(report.verdict).toBe('error');
  expect(report.problems[0]).toMatchObject({
    code: 'GATE_FEATURE_MISSING',
    message: 'The model\'s input "hour" reads the column "hour", which the dataset does not have.',
    hint: expect.stringContaining('Did you mean "hours"?'),
  });
});

test('a quantised variant is judged against its original, with what it saves and what it changes', async () => {
  const { report, run } = await judge('onnx-int8');
  const known = JSON.parse(readFileSync(new URL('onnx-int8/outputs.json', cases), 'utf8')) as {
    rows: number;
    largest: number;
    accuracy: { original: number; int8: number };
  };

  expect(report).toMatchObject({ verdict: 'pass', n: known.rows });
  expect(run?.baseline).toEqual({ source: 'file', name: 'digits.onnx' });
  expect(run?.subject?.digest).toBe(run?.inputs.find(({ path }) => path === 'digits.int8.onnx')?.digest);
  expect(run?.metrics.accuracy?.baseline).toBeCloseTo(known.accuracy.original, 12);
  // Kernels round int8 products differently on other processors: a row or two of 797 may change sides.
  expect(Math.abs(run!.metrics.accuracy!.value! - known.accuracy.int8)).toBeLessThan(3 / known.rows);
  expect(run?.metrics['size-mb']).toMatchObject({ value: 0.02168, baseline: 0.070186, verdict: 'pass' });
  for (const name of ['latency-p50-ms', 'latency-p95-ms', 'batch-latency-p50-ms', 'batch-latency-p95-ms']) {
    const metric = run?.metrics[name];
    expect(metric?.value, name).toBeGreaterThan(0);
    expect(metric?.interval?.[0], name).toBeLessThanOrEqual(metric!.difference!);
    expect(metric?.verdict, `${name} has no budget`).toBeUndefined();
  }
  const told = renderMarkdown(report);
  expect(told).toMatch(/3\.24 × smaller; /);
  const [, largest] = /outputs differ by at most ([\d.]+), [\d.e−]+ on average/.exec(told) ?? [];
  expect(Math.abs(Number(largest) - known.largest)).toBeLessThan(0.01);
  expect(told).toMatch(/\d of 797 rows change their class \(0\.\d\d %\)/);
  expect(report.footer.reproduce).toBe('pawl gate --variant int8 --policy digits.gate.yml');
});

test('a budget that the variant breaks fails the gate, whatever its quality', async () => {
  const policy = readFileSync(new URL('onnx-int8/digits.gate.yml', cases), 'utf8');
  const { report, run } = await judge('onnx-int8', {
    files: { 'digits.gate.yml': policy.replace('maximum: 0.1', 'maximum: 0.02') },
  });

  expect(report.verdict).toBe('fail');
  expect(run?.metrics['size-mb']?.verdict).toBe('fail');
  expect(report.headline).toContain('size 0.022 is above the maximum 0.02 MB');
});

test('a budget for what cannot be measured here is an error', async () => {
  const policy = readFileSync(new URL('onnx-int8/digits.gate.yml', cases), 'utf8');
  const { report } = await judge('onnx-int8', {
    files: { 'digits.gate.yml': policy.replace('size-mb: {', 'memory-mb: {') },
  });

  expect(report.verdict).toBe('error');
  expect(report.headline).toContain('this runtime cannot measure memory');
});

test('a variant that the policy does not list is a problem that names the ones it does', async () => {
  const outcome = await judge('onnx-int8', { inputs: { policy: 'digits.gate.yml', variant: 'int4' } });

  expect(exitCodeOf(outcome)).toBe(2);
  expect(outcome.report.problems).toMatchObject([
    { code: 'GATE_VARIANT', message: 'The policy names no variant "int4".', hint: expect.stringContaining('int8') },
  ]);
});

const lines = (columns: readonly string[], row: (index: number) => readonly unknown[], count = 200): string =>
  [columns, ...Array.from({ length: count }, (_, index) => row(index))].map((cells) => cells.join(',')).join('\n');

/** A gate over a model of two features, X. */
const tiny = (
  model: TinyModel,
  { classes = 2, data, known = [] }: { classes?: number; data?: string; known?: readonly string[] } = {},
) =>
  judge('onnx-better', {
    inputs: { policy: 'tiny.gate.yml', baseline: 'none' },
    files: {
      'tiny.gate.yml': `name: tiny\ntask: classification\nmodel: tiny.onnx\ndata: { path: data.csv, id: id, label: late, features: { X: [a, b] }, known-features: [${known.join(', ')}] }\nmetrics: { accuracy: { minimum: 0.1 } }\n`,
      'tiny.onnx': onnxBytes(model),
      'data.csv':
        data ?? lines(['id', 'late', 'a', 'b'], (row) => [`r${1000 + row}`, row % classes, ((row * 7) % 11) - 5, -row]),
    },
  });

test.each([
  ['gives no number', oneNode('Log'), 'GATE_PREDICTION_NAN', /rows have no number as probability/],
  ['gives numbers that are no probabilities', oneNode('Identity'), 'GATE_PROBABILITY_RANGE', /below 0 or above 1/],
  [
    'loses its rows',
    oneNode('ReduceMean', { output: [1, 1] }),
    'MODEL_OUTPUT',
    'tiny.onnx gives its output "Y" the shape [1, 1] for 200 rows.',
  ],
  ['has an unknown operator', oneNode('Frobnicate'), 'MODEL_OPERATOR_UNKNOWN', /Frobnicate/],
] as const)('a model that %s is an error, never a pass', async (_, model, code, message) => {
  const outcome = await tiny(model);

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code, file: 'tiny.onnx', hint: expect.any(String) }]);
  expect(outcome.report.problems[0]?.message).toMatch(message);
});

test('a model with too few probabilities for the classes is an error', async () => {
  const outcome = await tiny(oneNode('Softmax'), { classes: 3 });

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code: 'GATE_CLASS_COUNT', file: 'tiny.onnx' }]);
});

test('a model that takes one row at a time is run row by row', async () => {
  const free = await tiny(oneNode('Softmax'));
  const fixed = await tiny(oneNode('Softmax', { batch: 1 }));

  expect(free.report.verdict).toBe('pass');
  expect(fixed.run?.metrics).toEqual(free.run?.metrics);
});

test('a feature that equals the label, but for how it is written, is never green until a person vouches for it', async () => {
  const data = lines(['id', 'late', 'a', 'b'], (row) => [`r${1000 + row}`, row % 2, `${row % 2}.0`, (row * 7) % 11]);
  const outcome = await tiny(oneNode('Softmax'), { data });

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([
    { code: 'GATE_LABEL_LEAK', severity: 'error', message: 'The feature "a" is the label itself.', file: 'data.csv' },
  ]);
  const vouched = await tiny(oneNode('Softmax'), { data, known: ['a'] });
  expect(vouched.report.problems).toEqual([]);
});

test('a long run says how far it is', async () => {
  const said: string[] = [];
  const rows = 24_000;
  const data = lines(
    ['id', 'late', 'a', 'b'],
    (row) => [`r${100_000 + row}`, row % 2, (row * 7) % 11, (row * 5) % 7],
    rows,
  );
  await judge('onnx-better', {
    inputs: { policy: 'tiny.gate.yml', baseline: 'none' },
    progress: (message) => void said.push(message),
    files: {
      'tiny.gate.yml': `name: tiny\ntask: classification\nmodel: tiny.onnx\ndata: { path: data.csv, id: id, label: late, features: { X: [a, b] } }\nmetrics: { accuracy: { minimum: 0.1 } }\n`,
      'tiny.onnx': onnxBytes(oneNode('Softmax')),
      'data.csv': data,
    },
  });

  expect(said).toContain('running tiny.onnx: 4096 of 24000 rows');
  expect(said.filter((message) => message.startsWith('running tiny.onnx:'))).toHaveLength(5);
});

test('a model with a single number as output is a regression, judged by its errors', async () => {
  const { report, run } = await judge('onnx-regression');

  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ verdict: 'pass', n: 300 });
  // scikit-learn's root_mean_squared_error of what onnxruntime says on the same rows.
  expect(run?.metrics['rmse']).toMatchObject({ verdict: 'pass', direction: 'lower' });
  expect(run!.metrics['rmse']!.value).toBeCloseTo(20.446565, 3);
  expect(run!.metrics['rmse']!.baseline).toBeCloseTo(31.779294, 3);
});

test('a classifier does not pass for a regression: its probabilities are no number', async () => {
  const policy =
    'name: delay\ntask: regression\nmodel: candidate.onnx\ndata: { path: data.csv, id: id, label: late }\nmetrics: { rmse: {} }\n';
  const outcome = await judge('onnx-better', { files: { 'flight-delay.gate.yml': policy } });

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems[0]).toMatchObject({ code: 'GATE_OUTPUT_WIDTH', file: 'candidate.onnx' });
});
