// `derivedMetrics` of a column: formulas over the sums of its named scores, each of which may use the ones before.
import type { EvalSuite } from '../formats/eval-suite.ts';
import { parseDerived } from './derived.ts';
import type { ColumnTally } from './tally.ts';

/** @returns values by name; a formula that has none is left out */
export function derivedOf(
  formulas: EvalSuite['derivedMetrics'],
  { sums, rows }: Pick<ColumnTally, 'sums' | 'rows'>,
): Readonly<Record<string, number>> {
  if (formulas.length === 0) return {};
  const values: Record<string, number> = { __count: rows };
  // Sums of score × weight, as promptfoo has them.
  for (const [name, { sum }] of sums) values[name] = sum;
  const derived: Record<string, number> = {};
  for (const { name, value } of formulas) {
    const parsed = parseDerived(value);
    if ('failure' in parsed) continue;
    const computed = parsed.formula(values);
    if ('failure' in computed) continue;
    derived[name] = computed.value;
    values[name] = computed.value;
  }
  return derived;
}
