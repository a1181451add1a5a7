// Segments of the index: whatever runs hold comes back as it was, and what is broken is never half read.
import { summaryOf, type RunSummary } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomIds } from '../src/index.ts';
import { packRows, unpackRows } from '../src/packed-rows.ts';
import { readSegment, segmentOf } from '../src/summary-segment.ts';

const { next } = randomIds();

describe('packed rows', () => {
  test('come back as they were, whatever they are', () => {
    const rows = fc.array(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue())));
    fc.assert(
      fc.property(rows, (any) => {
        const plain = JSON.parse(JSON.stringify(any)) as unknown;
        expect(unpackRows(packRows(any))).toEqual(plain);
      }),
    );
  });

  test('keep keys that are dangerous as keys', () => {
    const rows = JSON.parse('[{"__proto__":{"x":1},"constructor":2},{"__proto__":3},{}]') as unknown[];
    expect(JSON.stringify(unpackRows(packRows(rows)))).toBe(JSON.stringify(rows));
    expect(({} as { readonly x?: unknown }).x).toBeUndefined();
  });

  test('write what repeats once', () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({ branch: 'feature/long-name', metrics: { f1: index } }));
    expect(packRows(rows).length).toBeLessThan(JSON.stringify(rows).length / 5);
  });

  test.each([
    '',
    '5',
    'null',
    '{}',
    '{"distinct":["a"],"at":[1]}',
    '{"shapes":[["a"]],"count":2,"fields":[["a",[1]]]}',
    '{"shapes":[["a"]],"count":1,"fields":[]}',
    '{"shapes":[["a"]],"of":[7],"count":1,"fields":[["a",[1]]]}',
  ])('are refused when they do not fit together: %s', (text) => {
    expect(() => unpackRows(text)).toThrow();
  });
});

describe('a segment', () => {
  const runs = [
    exampleRun(next(), { params: { model: 'm', temperature: 0.1 }, tags: { team: 'mail' }, costUsd: 0.5 }),
    exampleRun(next(), { metrics: {}, headline: 'gut 100 % ✓', verdict: 'fail' }),
    exampleRun(next(), { metrics: { f1: { value: null }, recall: { value: 1e-9 } }, origin: {} }),
  ].map(summaryOf);

  test('gives summaries that are plain data for whoever looks, copies or prints', () => {
    const read = readSegment(segmentOf(runs));
    expect(read).toEqual(runs);
    expect(read.map((run) => ({ ...run }))).toEqual(runs);
    expect(read.map((run) => JSON.parse(JSON.stringify(run)) as RunSummary)).toEqual(runs);
    expect(structuredClone(read)).toEqual(runs);
    expect(read.map((run) => Object.hasOwn(run, 'params'))).toEqual([true, false, false]);
  });

  test('leaves metrics packed until one is looked at', () => {
    const [summary] = readSegment(segmentOf(runs));
    expect(Object.getOwnPropertyDescriptor(summary, 'metrics')).toHaveProperty('get');
    expect(summary?.metrics).toEqual({ f1: 0.9 });
    expect(summary?.metrics).toBe(summary?.metrics);
  });

  test('is refused when it was cut off, altered or swapped', () => {
    const whole = segmentOf(runs);
    const altered = Buffer.from(whole);
    altered[20] = (altered[20] ?? 0) ^ 0xff;
    for (const broken of [Buffer.alloc(0), Buffer.from('hello'), whole.subarray(0, 40), altered]) {
      expect(() => readSegment(broken)).toThrow();
    }
  });
});
