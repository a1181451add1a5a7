// Comparing runs: what a difference rests on, which cases changed sides, what else changed.
import { compareRuns, comparisonBlocks, metricDifference, readCases, type RunWithCases } from '@pawl/core/runs';
import { boundedInterval } from '@pawl/core/statistics';
import { renderHtmlBlocks, renderTerminalBlocks } from '@pawl/core/report';
import type { Run } from '@pawl/core';
import { describe, expect, test } from 'vitest';
import { makeRun } from './make-runs.ts';

const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const predictions = (answers: readonly string[], labels: readonly string[]): string =>
  lines(answers.map((prediction, row) => ({ id: `r${row}`, label: labels[row], candidate: { prediction } })));

const gate = (given: Partial<Run>, text?: string): RunWithCases => ({
  run: makeRun({ kind: 'eval-gate', ...given }),
  ...(text !== undefined && { caseFile: { file: 'predictions.jsonl', text } }),
});

describe('a difference of metrics', () => {
  const labels = Array.from({ length: 40 }, () => 'y');
  const answers = (wrong: readonly number[]) => labels.map((_, row) => (wrong.includes(row) ? 'n' : 'y'));
  const before = predictions(answers([0, 1]), labels);
  const after = predictions(answers([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), labels);
  const accuracy = (value: number): Partial<Run> => ({ metrics: { accuracy: { value, direction: 'higher', n: 40 } } });

  test('is paired where both runs kept the same cases, and says which way it went', () => {
    const comparison = compareRuns([gate(accuracy(0.95), before), gate(accuracy(0.7), after)]);
    const [metric] = comparison.metrics;
    const [found] = metric!.differences;
    const pairs = [-1, 0, ...Array.from({ length: 11 }, () => -1), ...Array.from({ length: 27 }, () => 0)];
    pairs[0] = 1;
    const { low, high } = boundedInterval(pairs, 0.025);
    expect(found).toMatchObject({ basis: 'paired', n: 40, level: 0.95, change: 'worse' });
    expect(found!.difference).toBeCloseTo(-0.25, 12);
    expect(found!.interval![0]).toBeCloseTo(low, 12);
    expect(found!.interval![1]).toBeCloseTo(high, 12);
  });

  test('of runs of another name is never paired', () => {
    const comparison = compareRuns([gate(accuracy(0.95), before), gate({ ...accuracy(0.7), name: 'other' }, after)]);
    expect(comparison.metrics[0]?.differences).toEqual([{ difference: expect.closeTo(-0.25), basis: 'values' }]);
    expect(comparison.cases).toEqual([null]);
    expect(comparison.problems).toMatchObject([{ code: 'RUNS_OF_NAMES' }]);
  });

  test('leaves out cases whose expected answer was changed', () => {
    const relabelled = predictions(
      answers([]),
      labels.map((label, row) => (row < 30 ? 'z' : label)),
    );
    const { cases, metrics } = compareRuns([gate(accuracy(0.95), before), gate(accuracy(0.25), relabelled)]);
    expect(cases[0]).toMatchObject({ pairs: 10, altered: 30, newlyWrong: [], newlyRight: [] });
    expect(metrics[0]?.differences[0]).toMatchObject({ basis: 'paired', n: 10, difference: 0 });
  });

  test('uses the scores of evaluators under their metric, within and beyond 0 … 1', () => {
    const cases = (scale: number) =>
      readCases(
        'cases.jsonl',
        lines(Array.from({ length: 30 }, (_, id) => ({ id, after: { pass: 1, scores: { tone: (id % 5) * scale } } }))),
      ).cases;
    const sides = { first: { value: 0 }, later: { value: 1 } };
    expect(metricDifference('score/tone', sides, [cases(0.1), cases(0.2)])).toMatchObject({ basis: 'paired', n: 30 });
    expect(metricDifference('score/tone', sides, [cases(10), cases(20)])!.difference).toBeCloseTo(20);
    expect(metricDifference('latency', sides, [cases(1), cases(1)])).toEqual({ difference: 1, basis: 'values' });
  });

  // Newcombe 1998, Statistics in Medicine 17:873–890, table II: 56/70 − 48/80, method 10, from Wilson's intervals.
  test('adds two intervals of their own up to a published one', () => {
    const wilson = (hits: number, n: number) => {
      const z = 1.959963984540054;
      const p = hits / n;
      const middle = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
      const reach = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n * n));
      return { value: p, n, interval: [middle - reach, middle + reach] as [number, number] };
    };
    const found = metricDifference('rate', {
      first: { ...wilson(48, 80), direction: 'higher' },
      later: { ...wilson(56, 70), direction: 'higher' },
    });
    expect(found).toMatchObject({ basis: 'unpaired', level: 0.95, change: 'better' });
    expect(found!.difference).toBeCloseTo(0.2, 10);
    expect(found!.interval![0]).toBeCloseTo(0.0524, 4);
    expect(found!.interval![1]).toBeCloseTo(0.3339, 4);
  });

  test('claims no interval where an interval speaks of something else', () => {
    const own = { value: 0.8, interval: [0.7, 0.9] as [number, number] };
    const ofDifference = { value: 0.8, difference: 0.1, interval: [0, 0.2] as [number, number] };
    expect(metricDifference('m', { first: own, later: ofDifference })?.basis).toBe('values');
    expect(metricDifference('m', { first: own, later: { ...own, level: 0.9 } })?.basis).toBe('values');
    expect(metricDifference('m', { first: own, later: { value: null } })).toBeUndefined();
    expect(metricDifference('m', { first: undefined, later: own })).toBeUndefined();
  });

  test('a lower loss is better, and an interval that holds zero says nothing', () => {
    const side = (value: number, reach: number) => ({
      value,
      interval: [value - reach, value + reach] as [number, number],
      direction: 'lower' as const,
    });
    expect(metricDifference('loss', { first: side(2, 0.1), later: side(1, 0.1) })?.change).toBe('better');
    expect(metricDifference('loss', { first: side(2, 1), later: side(1, 1) })?.change).toBeUndefined();
  });
});

describe('losses of predicted probabilities', () => {
  const rows = (shift: number, label = (row: number) => (row % 3 === 0 ? 'late' : 'on-time')) =>
    Array.from({ length: 30 }, (_, row) => {
      const late = Math.min(0.95, 0.2 + (row % 7) / 10 + shift);
      const prediction = late > 0.5 ? 'late' : 'on-time';
      return { id: String(row), label: label(row), candidate: { prediction, probabilities: [late, 1 - late] } };
    });
  const lossOf = (given: ReturnType<typeof rows>, order: readonly string[]) =>
    given.map(({ label, candidate }) => -Math.log(candidate.probabilities[order.indexOf(label)]!));
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const run = (given: ReturnType<typeof rows>, value: number) =>
    gate({ metrics: { 'log-loss': { value, direction: 'lower' } } }, lines(given));

  test.each([[['late', 'on-time']], [['on-time', 'late']]])(
    "are paired when the run's own value tells that classes are %j",
    (order) => {
      const [before, after] = [rows(0), rows(0.2)];
      const [old, now] = [lossOf(before, order), lossOf(after, order)];
      const { metrics } = compareRuns([run(before, meanOf(old)), run(after, meanOf(now))]);
      expect(metrics[0]?.differences[0]).toMatchObject({ basis: 'paired', n: 30 });
      expect(metrics[0]?.differences[0]?.difference).toBeCloseTo(meanOf(now) - meanOf(old), 12);
    },
  );

  test('are not when no order gives the value that was recorded', () => {
    const { metrics } = compareRuns([run(rows(0), 0.1234), run(rows(0.2), 0.2)]);
    expect(metrics[0]?.differences[0]?.basis).toBe('values');
  });
});

describe('cases', () => {
  test('of each feature are read, and broken lines are told', () => {
    const prompts = lines([
      { id: 'a', unchanged: true, before: null, after: { pass: 0.5, scores: { x: 1 }, text: 'spam' } },
      { id: 'b', before: null, after: null },
      { id: 7, pass: true, expected: { k: 1 }, output: 'out' },
    ]);
    const { cases, problems } = readCases('cases.jsonl', `${prompts}{broken\n{"no":"id"}\n\n`);
    expect([...cases.rows.values()]).toMatchObject([
      { id: 'a', pass: 0.5, scores: { 'score/x': 1 }, answer: 'spam' },
      { id: 'b', pass: null },
      { id: '7', pass: 1, expected: '{"k":1}', answer: 'out' },
    ]);
    expect(problems).toMatchObject([{ code: 'RUN_CASES_UNREADABLE', message: expect.stringContaining('2 lines') }]);

    const expectations = readCases(
      'expectations.jsonl',
      lines([{ data: 'd.csv', type: 't', arguments: { column: 'c' }, success: false, found: '3 rows' }]),
    );
    expect([...expectations.cases.rows.values()]).toMatchObject([
      { id: 't {"column":"c"} of d.csv', pass: 0, answer: '3 rows' },
    ]);
    const columns = readCases(
      'columns.jsonl',
      lines([
        { column: 'delay', verdict: 'inconclusive' },
        { column: 'x', verdict: 'fail' },
      ]),
    );
    expect([...columns.cases.rows.values()].map(({ pass }) => pass)).toEqual([null, 0]);
  });

  test('of one name pair in their order', () => {
    const twice = (first: boolean, second: boolean) =>
      readCases(
        'cases.jsonl',
        lines([
          { id: 'a', pass: first },
          { id: 'a', pass: second },
        ]),
      ).cases;
    expect([...twice(true, false).rows.keys()]).toEqual(['a', 'a (2)']);
  });
});

describe('a comparison', () => {
  const origin = (commit: string, dirty = false) => ({ commit, branch: 'main', dirty });
  const first = makeRun({
    origin: origin('1111111aaaaaaa'),
    params: { same: 1, lr: 0.1 },
    tags: { team: 'search' },
    environment: { node: '24', python: '3.12' },
    inputs: [
      { role: 'data', path: 'a.csv', digest: `sha256:${'a'.repeat(64)}` },
      { role: 'policy', path: 'p.yml', digest: 'sha256:1' },
    ],
    artifacts: [{ name: 'model', digest: 'sha256:m1' }],
  });
  const second = makeRun({
    at: 1_800_000_000_000,
    origin: origin('2222222bbbbbbb', true),
    params: { same: 1, lr: 0.2, extra: 'x' },
    environment: { node: '24', python: '3.13' },
    inputs: [
      { role: 'data', path: 'a.csv', digest: `sha256:${'b'.repeat(64)}` },
      { role: 'policy', path: 'p.yml', digest: 'sha256:1' },
      { role: 'data', path: 'new.csv', digest: 'sha256:n' },
    ],
    artifacts: [{ name: 'model', digest: 'sha256:m1' }],
  });

  test('puts what changed first, and names what only one run has', () => {
    const comparison = compareRuns([{ run: first }, { run: second }]);
    expect(comparison.params.map(({ name, changed, values }) => [name, changed, values])).toEqual([
      ['lr', true, [0.1, 0.2]],
      ['extra', true, [null, 'x']],
      ['same', false, [1, 1]],
    ]);
    expect(comparison.inputs.map(({ path, state }) => [path, state])).toEqual([
      ['a.csv', 'changed'],
      ['new.csv', 'partial'],
      ['p.yml', 'same'],
    ]);
    expect(comparison.artifacts).toMatchObject([{ path: 'model', state: 'same' }]);
    expect(comparison.environment.map(({ name }) => name)).toEqual(['python', 'node']);
    expect(comparison.codeDiffs).toEqual(['git diff 1111111aaaaaaa 2222222bbbbbbb']);
    expect(comparison.problems.map(({ code }) => code)).toEqual(['RUNS_DIRTY', 'RUNS_DATA_CHANGED']);
  });

  test("never puts a stranger's text into a command", () => {
    const hostile = makeRun({ origin: { commit: '$(rm -rf ~)' } });
    expect(compareRuns([{ run: first }, { run: hostile }]).codeDiffs).toEqual([null]);
  });

  test('of three runs compares each with the first', () => {
    const metric = (value: number) => makeRun({ metrics: { f1: { value } } });
    const { metrics } = compareRuns([{ run: metric(1) }, { run: metric(2) }, { run: metric(5) }]);
    expect(metrics[0]?.differences.map((one) => one?.difference)).toEqual([1, 4]);
  });

  test('reads well on a terminal and as a page', async () => {
    const cases = (wrong: readonly number[], text: string) => ({
      file: 'cases.jsonl',
      text: lines(
        Array.from({ length: 40 }, (_, id) => ({
          id: `mail-${id}`,
          after: { pass: wrong.includes(id) ? 0 : 1, scores: {}, text },
        })),
      ),
    });
    const accuracy = (value: number): Partial<Run> => ({
      kind: 'prompt-regression',
      metrics: { accuracy: { value, direction: 'higher' }, cost: { value: value / 10, unit: 'USD' } },
    });
    const comparison = compareRuns([
      { run: { ...first, ...accuracy(0.975) }, caseFile: cases([3], '<b>ham</b>, since it greets by name') },
      {
        run: { ...second, ...accuracy(0.7) },
        caseFile: cases([0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12], 'spam\u001B[31m'),
      },
    ]);
    const blocks = comparisonBlocks(comparison);
    const text = renderTerminalBlocks(blocks, { width: 110 });
    await expect(text).toMatchFileSnapshot('comparison.txt');
    const html = renderHtmlBlocks('2 runs compared', blocks);
    expect(html).toContain('&lt;b&gt;ham&lt;/b&gt;, since');
    expect(html).not.toContain('<b>ham');
  });
});
