// Fields that a suite names to cut its cases by: one that no case has would cut nothing, and nobody would see it.
import { nearest } from '../formats/did-you-mean.ts';
import type { EvalPlace } from '../formats/eval-suite.ts';
import { fieldText, type Fields, type Reading } from './reading.ts';

export interface NamedFields {
  readonly names: readonly string[];
  /** The key that they stand under. */
  readonly key: string;
  readonly place?: EvalPlace | undefined;
}

/** Says so of each name that no row has a value for. */
export function checkNamedFields(reading: Reading, rows: readonly Fields[], { names, key, place }: NamedFields): void {
  if (rows.length === 0) return;
  for (const name of names) {
    if (rows.some((row) => fieldText(row, name) !== undefined)) continue;
    const known = [...new Set(rows.slice(0, 100).flatMap((row) => Object.keys(row)))];
    const near = nearest(name, known);
    reading.say({
      code: 'FIELD_UNKNOWN',
      message: `No case has a value for "${name}", which "${key}" names.`,
      hint:
        near === undefined
          ? `The variables of the cases are: ${known.slice(0, 12).join(', ')}.`
          : `Did you mean "${near}"?`,
      place,
    });
  }
}
