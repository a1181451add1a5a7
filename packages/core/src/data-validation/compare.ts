// What a change of the data did: columns, rows, and which expectations newly fail, are fixed, or still fail.
import { counted } from '../dataset/plain-words.ts';
import type { Column } from '../ports/data-engine.ts';
import type { ExpectationResult } from './decide.ts';

export interface Side {
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly results: readonly ExpectationResult[];
}

export interface DataChange {
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  readonly added: readonly Column[];
  readonly removed: readonly Column[];
  readonly retyped: readonly { readonly name: string; readonly before: string; readonly after: string }[];
  /** Indexes into the results: the same suite, today's, judged both sides. */
  readonly newlyFailing: readonly number[];
  readonly fixed: readonly number[];
  readonly stillFailing: readonly number[];
}

export function compareSides(before: Side, after: Side): DataChange {
  const typeBefore = new Map(before.columns.map(({ name, type }) => [name, type]));
  const namesAfter = new Set(after.columns.map(({ name }) => name));
  const outcome = (index: number): 'newlyFailing' | 'fixed' | 'stillFailing' | 'holds' => {
    const [was, is] = [before.results[index]?.success ?? true, after.results[index]?.success ?? true];
    if (is) return was ? 'holds' : 'fixed';
    return was ? 'newlyFailing' : 'stillFailing';
  };
  const indexes = [...after.results.keys()];
  return {
    rowsBefore: before.rows,
    rowsAfter: after.rows,
    added: after.columns.filter(({ name }) => !typeBefore.has(name)),
    removed: before.columns.filter(({ name }) => !namesAfter.has(name)),
    retyped: after.columns.flatMap(({ name, type }) => {
      const was = typeBefore.get(name);
      return was === undefined || was === type ? [] : [{ name, before: was, after: type }];
    }),
    newlyFailing: indexes.filter((index) => outcome(index) === 'newlyFailing'),
    fixed: indexes.filter((index) => outcome(index) === 'fixed'),
    stillFailing: indexes.filter((index) => outcome(index) === 'stillFailing'),
  };
}

/** "1 column added, 0 new failures": the comment's table. */
export function changeInWords(change: DataChange): string {
  const columns = [
    ...(change.added.length > 0 ? [`${counted(change.added.length, 'column')} added`] : []),
    ...(change.removed.length > 0 ? [`${counted(change.removed.length, 'column')} removed`] : []),
    ...(change.retyped.length > 0 ? [`${counted(change.retyped.length, 'column')} retyped`] : []),
  ];
  const failures = [
    `${counted(change.newlyFailing.length, 'new failure')}`,
    ...(change.fixed.length > 0 ? [`${change.fixed.length} fixed`] : []),
    ...(change.stillFailing.length > 0 ? [`${change.stillFailing.length} still failing`] : []),
  ];
  return [...columns, ...failures].join(', ');
}
