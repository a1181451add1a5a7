// Which metadata cut the cases into slices: those with a few values that many cases share.
import type { EvalCase } from '../formats/eval-suite.ts';

/** More values than this name cases, and do not group them. */
const mostValues = 20;
const noSlices = new Set(['id', 'conversationId', 'cluster']);

/** @returns the cases with `slices` set */
export function withSlices(cases: readonly EvalCase[]): readonly EvalCase[] {
  const values = new Map<string, Set<string>>();
  for (const { metadata } of cases) {
    for (const [name, value] of Object.entries(metadata)) {
      if (noSlices.has(name) || !isScalar(value)) continue;
      const seen = values.get(name) ?? new Set();
      values.set(name, seen);
      if (seen.size <= mostValues) seen.add(String(value));
    }
  }
  const names = [...values]
    .filter(([, seen]) => seen.size <= mostValues && seen.size * 2 <= cases.length)
    .map(([name]) => name);
  if (names.length === 0) return cases;
  return cases.map((one) => {
    const slices = names.flatMap((name): [string, string][] => {
      const value = one.metadata[name];
      return isScalar(value) ? [[name, String(value)]] : [];
    });
    return slices.length === 0 ? one : { ...one, slices: Object.fromEntries(slices) };
  });
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
