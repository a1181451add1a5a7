// fixtures/formats/run-drop: what is read, what is refused with which words at which place, and the published schema.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRunDrop, RunDrop } from '@pawl/core/tracking';
import * as z from 'zod/mini';

const folder = new URL('../../../../fixtures/formats/run-drop/', import.meta.url);
const isoTime = (time: string | number): string | undefined => {
  const date = new Date(typeof time === 'number' ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};
const read = (path: string) =>
  readRunDrop({ text: readFileSync(new URL(path, folder), 'utf8'), file: 'run.json' }, isoTime);

test.each(readdirSync(new URL('valid/', folder)))('%s is read without a problem', (file) => {
  expect(read(`valid/${file}`)).toMatchObject({ problems: [], value: expect.anything() });
});

test.each(readdirSync(new URL('invalid/', folder)).filter((file) => file.endsWith('.json')))(
  '%s is refused with the place of each mistake',
  async (file) => {
    const { value, problems } = read(`invalid/${file}`);
    const lines = problems.map(
      ({ code, line, column, message, hint }) => `${line ?? ''}:${column ?? ''} ${code} ${message} | ${hint}`,
    );
    expect(value).toBeUndefined();
    expect(problems.every((problem) => problem.file === 'run.json')).toBe(true);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(
      new URL(`invalid/${file.replace('.json', '.problems.txt')}`, folder).pathname,
    );
  },
);

test('everything that was written arrives', () => {
  expect(read('valid/full.json').value).toEqual({
    kind: 'training',
    name: 'flight-delay',
    status: 'failed',
    startedAt: '2026-11-21T08:30:00.123Z',
    endedAt: '2026-11-21T09:31:00.500Z',
    params: { lr: 0.00001, optimizer: 'adam', shuffle: true, seed: null },
    metrics: [
      { name: 'f1', value: 0.91 },
      { name: 'log-loss', value: 0.441, n: 50_000, interval: [0.438, 0.444], level: 0.95, direction: 'lower' },
      { name: 'loss', value: 0.9, step: 0, at: '2026-11-21T08:31:00.000Z' },
      { name: 'loss', value: Number.NaN, step: 10 },
    ],
    tags: { team: 'search' },
    artifacts: [
      { name: 'models/delay.onnx', path: 'models/delay.onnx' },
      { name: 'log', path: 'train.log' },
      { name: 'weights', uri: 's3://bucket/weights', digest: `sha256:${'0'.repeat(64)}`, bytes: 12 },
    ],
    data: ['data/train.parquet', 'data/images.dvc'],
    environment: { torch: '2.9.1' },
  });
});

test("what Python's json.dump writes is read as it is meant: bare NaN, exponents, escapes", () => {
  expect(read('valid/python-nan.json').value).toMatchObject({
    name: 'delay ä 🚀',
    metrics: [
      { name: 'loss', value: Number.NaN },
      { name: 'worst', value: Number.NEGATIVE_INFINITY },
      { name: 'best', value: Number.POSITIVE_INFINITY },
      { name: 'f1', value: 0.000091 },
    ],
    params: { lr: 0.00001, layers: 3, frozen: false, note: null },
  });
});

test('the published JSON Schema is what is checked', async () => {
  const schema = z.toJSONSchema(RunDrop, { io: 'input' });
  await expect(`${JSON.stringify({ title: 'pawl.run-drop/1', ...schema }, undefined, 2)}\n`).toMatchFileSnapshot(
    new URL('run-drop.schema.json', folder).pathname,
  );
});
