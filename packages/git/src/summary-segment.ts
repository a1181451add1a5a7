// A segment of the index: what lists show of some runs. Two parts of packed rows: what every list looks at, and the
// large fields (metrics, params, tags), which stay packed until somebody looks at one. So a list of 100,000 runs is
// read in half the time and held in half the memory. Compressed by us and not by Git alone, because Git hashes what it
// compresses: a third of the bytes is a third of the fetch.
import { gunzipSync, gzipSync } from 'node:zlib';
import type { RunSummary } from '@pawl/core';
import { unreadableIndex } from './index-failure.ts';
import { packRows, unpackRows } from './packed-rows.ts';

type Fields = Readonly<Record<string, unknown>>;

/** In this order in every row: rows then share one layout. */
const lateKeys = ['metrics', 'params', 'tags'] as const;
type LateKey = (typeof lateKeys)[number];

const isLate = (key: string): key is LateKey => (lateKeys as readonly string[]).includes(key);

/** The length of the first part and a line break; then both parts. */
export function segmentOf(summaries: readonly RunSummary[]): Buffer {
  const early = packRows(summaries.map((summary) => fieldsOf(summary, (key) => !isLate(key))));
  const lateOfEach = summaries.map((summary) => lateKeys.filter((key) => Object.hasOwn(summary, key)).join(' '));
  const first = gzipSync(early + packRows(lateOfEach));
  const second = packedRows(summaries.map((summary) => fieldsOf(summary, isLate)));
  return Buffer.concat([Buffer.from(`${first.length}\n`), first, second]);
}

export const packedRows = (rows: readonly unknown[]): Buffer => gzipSync(packRows(rows));

/** @throws Error when the content is not what `packedRows` makes */
export const unpackedRows = (content: Uint8Array): readonly unknown[] => unpackRows(unpackedText(content));

const unpackedText = (content: Uint8Array): string =>
  gunzipSync(content, { maxOutputLength: mostBytes }).toString('utf8');

/** A day of half a million runs; who can push can also push what swells. */
const mostBytes = 256_000_000;

/**
 * Plain summaries, but that their large fields are getters of their own.
 * @throws Error when the content is no segment
 */
export function readSegment(content: Buffer): readonly RunSummary[] {
  const start = content.indexOf(10) + 1;
  const end = start + Number(content.toString('latin1', 0, start));
  const [early = '', lateOfEach = ''] = unpackedText(content.subarray(start, end)).split('\n');
  const [rows, lates] = [unpackRows(early) as readonly object[], unpackRows(lateOfEach) as readonly string[]];
  // A copy, so that the memory of the first part is not held for the sake of the second.
  const details = lateRows(Buffer.from(content.subarray(end)), rows.length);
  const detailsProperty = { value: details };
  for (const [index, row] of rows.entries()) {
    const late = lates[index];
    if (!('id' in row) || late === undefined) throw new Error('A row is incomplete.');
    Object.defineProperty(row, detailsKey, detailsProperty);
    Object.defineProperty(row, indexKey, { value: index });
    for (const key of lateKeys) if (late.includes(key)) Object.defineProperty(row, key, getters[key]);
  }
  return rows as readonly RunSummary[];
}

const detailsKey = Symbol('details');
const indexKey = Symbol('index');

interface Late {
  readonly [detailsKey]: (index: number) => Fields;
  readonly [indexKey]: number;
}

/** The same functions for every row of every segment: a getter of its own would give each row its own layout. */
const getter = (key: LateKey): PropertyDescriptor => ({
  get(this: Late) {
    return this[detailsKey](this[indexKey])[key];
  },
  enumerable: true,
  configurable: true,
});
const getters = { metrics: getter('metrics'), params: getter('params'), tags: getter('tags') };

/** Held weakly: whoever goes through all runs needs the details of one segment at a time. */
function lateRows(packed: Buffer, count: number): (index: number) => Fields {
  let read: WeakRef<readonly Fields[]> | undefined;
  return (index) => {
    const known = read?.deref();
    if (known !== undefined) return known[index] ?? {};
    const rows = detailsOf(packed);
    if (rows.length !== count) throw unreadableIndex('A segment');
    read = new WeakRef(rows);
    return rows[index] ?? {};
  };
}

function detailsOf(packed: Buffer): readonly Fields[] {
  try {
    return unpackedRows(packed) as readonly Fields[];
  } catch (error) {
    throw unreadableIndex('A segment', error);
  }
}

const fieldsOf = (summary: RunSummary, wanted: (key: string) => boolean): Fields =>
  Object.fromEntries(Object.entries(summary).filter(([key]) => wanted(key)));
