// From lines to the record: last values, history, ends, damage.
import { describe, expect, test } from 'vitest';
import { logLines, readRunLog, recordRun, tagged, type LogEntry, type RunStart } from '@pawl/core/tracking';
import { Run } from '@pawl/core';
import { fakeContext } from '@pawl/core/testing';

const at = '2026-01-01T00:00:00.000Z';
const start: RunStart = {
  type: 'start',
  schema: 'pawl.run-log/1',
  id: '01JD0000000000000000000000',
  kind: 'training',
  name: 'delay',
  startedAt: at,
  origin: { branch: 'main' },
  environment: { python: '3.12.4' },
};
const metric = (name: string, value: number, step?: number): LogEntry => ({
  type: 'metric',
  name,
  value: tagged(value),
  at,
  ...(step !== undefined && { step }),
});
const end: LogEntry = { type: 'end', status: 'finished', at: '2026-01-01T00:01:00.000Z' };
const record = (...entries: readonly LogEntry[]) => recordRun({ start, entries }, fakeContext().sha256);

test('the record holds what was logged, and is one that the store takes', () => {
  const artifact = { name: 'm', digest: 'sha256:00', bytes: 3, uri: 'm.onnx' };
  const input = { role: 'data' as const, path: 'd.csv', digest: 'sha256:11' };
  const { stored, problems } = record(
    { type: 'param', name: 'lr', value: 0.1 },
    { type: 'tag', name: 'team', value: 'search' },
    { type: 'artifact', artifact },
    { type: 'artifact', artifact },
    { type: 'input', input },
    { ...metric('f1', 0.9), unit: '%', direction: 'higher', n: 10, interval: [0.8, 1] } as LogEntry,
    end,
  );
  expect(problems).toEqual([]);
  expect(stored.run).toEqual({
    schema: 'pawl.run/1',
    id: start.id,
    kind: 'training',
    name: 'delay',
    status: 'finished',
    headline: 'f1 0.9 %',
    startedAt: at,
    endedAt: '2026-01-01T00:01:00.000Z',
    origin: { branch: 'main' },
    inputs: [input],
    params: { lr: 0.1 },
    metrics: { f1: { value: 0.9, n: 10, interval: [0.8, 1], unit: '%', direction: 'higher' } },
    tags: { team: 'search' },
    artifacts: [artifact],
    results: {},
    environment: { python: '3.12.4' },
  });
  expect(Run.safeParse(stored.run).success).toBe(true);
});

describe('the last value', () => {
  test.each([
    ['is that of the highest step, in whatever order they came', [metric('m', 3, 30), metric('m', 1, 10)], 3, 30],
    ['of one step is the one logged last', [metric('m', 1, 5), metric('m', 2, 5)], 2, 5],
    ['without steps is the one logged last', [metric('m', 1), metric('m', 2)], 2, undefined],
    ['without a step stands after every step', [metric('m', 9), metric('m', 2, 100)], 9, undefined],
  ])('%s', (_, entries, value, step) => {
    expect(record(...entries, end).stored.run.metrics['m']).toEqual({ value, ...(step !== undefined && { step }) });
  });

  test('that is not finite is null, told, and kept in the history', () => {
    const { stored, problems } = record(metric('loss', Number.NaN), end);
    expect(stored.run.metrics['loss']).toEqual({ value: null });
    expect(stored.results['metrics.jsonl']).toBe(`{"metric":"loss","step":null,"value":"#number:NaN","at":"${at}"}\n`);
    expect(problems).toMatchObject([{ code: 'RUN_METRIC_NOT_FINITE', severity: 'warning' }]);
  });
});

describe('the history', () => {
  test('has a line for each point, and is left out where the last values say it all', () => {
    expect(record(metric('a', 1), metric('b', 2), end).stored.results).toEqual({});
    const { stored } = record(metric('a', 1, 0), metric('b', 2, 0), metric('a', 3, 1), end);
    const lines = (stored.results['metrics.jsonl'] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { metric: 'a', step: 0, value: 1, at },
      { metric: 'a', step: 1, value: 3, at },
      { metric: 'b', step: 0, value: 2, at },
    ]);
    expect(Object.keys(stored.run.results)).toEqual(['metrics.jsonl']);
  });

  test('goes on in further files, each within what the store keeps, and loses nothing', () => {
    const points = Array.from({ length: 30_000 }, (_, step) => metric('löss', step / 7, step));
    const { stored, problems } = record(...points, end);
    const files = Object.entries(stored.results);
    expect(files.map(([file]) => file)).toEqual(['metrics.jsonl', 'metrics-2.jsonl', 'metrics-3.jsonl']);
    for (const [, text] of files) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
    const steps = files.flatMap(([, text]) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).step as number),
    );
    expect(steps).toEqual(points.map((_, step) => step));
    expect(problems).toEqual([]);
  });

  test('beyond sixteen files keeps some points, and says how many', () => {
    const name = 'loss/'.padEnd(200, 'x');
    const values = (step: number): number => (step === 17_777 ? -5 : step === 50_001 ? 99 : Math.sin(step));
    const points = Array.from({ length: 70_000 }, (_, step) => metric(name, values(step), step));
    const entries = [...points, metric('f1', 0.5, 69_999), end];
    const { stored, problems } = recordRun({ start, entries }, fakeContext().sha256);
    expect(Object.keys(stored.results).length).toBeLessThanOrEqual(16);
    const kept = Object.values(stored.results).flatMap((text) => text.trim().split('\n'));
    const steps = new Set(kept.map((line) => Number(/"step":(\d+)/.exec(line)?.[1])));
    for (const step of [0, 17_777, 50_001, 69_999]) expect(steps.has(step)).toBe(true);
    expect(JSON.parse(kept.at(-1) ?? '')).toMatchObject({ metric: 'f1', value: 0.5 });
    expect(problems).toMatchObject([
      {
        code: 'RUN_HISTORY_THINNED',
        message: expect.stringMatching(`^70001 points were logged; the history keeps ${kept.length}: one of 2`),
      },
    ]);
  });
});

test('the first end counts, and what came after it is told', () => {
  const { stored, problems } = record(metric('a', 1), end, metric('a', 2), { ...end, status: 'failed' } as LogEntry);
  expect(stored.run).toMatchObject({ status: 'finished', metrics: { a: { value: 1 } } });
  expect(problems).toMatchObject([{ code: 'RUN_LOGGED_AFTER_END', message: expect.stringMatching(/^One value was/) }]);
  expect(() => record(metric('a', 1))).toThrow('has not ended');
});

test('a param that changes keeps its last value, and is told', () => {
  const param = (value: number): LogEntry => ({ type: 'param', name: 'lr', value });
  expect(record(param(1), param(1), end).problems).toEqual([]);
  const { stored, problems } = record(param(1), param(2), end);
  expect(stored.run.params).toEqual({ lr: 2 });
  expect(problems).toMatchObject([{ code: 'RUN_PARAM_CHANGED' }]);
});

test('a headline names a failure first and four metrics at most', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => metric(name, 0.123456));
  expect(record(...five, { ...end, status: 'failed' } as LogEntry).stored.run.headline).toBe(
    'failed, a 0.1235, b 0.1235, c 0.1235, d 0.1235, 1 more',
  );
  expect(record(end).stored.run.headline).toBe('no metrics');
});

describe('lines', () => {
  test('are read as they were written, whoever wrote between them', () => {
    const text = logLines([start]) + logLines([metric('a', Number.NaN, 1)]) + logLines([end]);
    expect(readRunLog(text, 'f')).toEqual({
      value: { start, entries: [metric('a', Number.NaN, 1), end] },
      problems: [],
    });
  });

  test('that were cut off cost themselves and no other, and are told with their number', () => {
    const cut = logLines([metric('b', 2)]).slice(0, 20);
    const text = logLines([start]) + logLines([metric('a', 1)]) + cut + logLines([metric('c', 3)]);
    const { value, problems } = readRunLog(text, 'f');
    expect(value?.entries).toEqual([metric('a', 1), metric('c', 3)]);
    expect(problems).toMatchObject([{ code: 'RUN_LOG_LINE_LOST', severity: 'warning', line: 6 }]);
  });

  test.each(['', '{}\n', logLines([start]).slice(0, 40), logLines([start]).replace('run-log/1', 'run-log/2')])(
    'without a start are no run: %j',
    (text) => {
      expect(readRunLog(text, 'f')).toMatchObject({ problems: [{ code: 'RUN_LOG_UNREADABLE' }] });
      expect(readRunLog(text, 'f').value).toBeUndefined();
    },
  );
});
