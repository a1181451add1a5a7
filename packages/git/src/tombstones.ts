// Which files the operations on record allow to be dropped. A tombstone speaks of a run, or of `<id>/results`; the run
// then stays, and its files may go. A later pin takes a tombstone back, as long as nothing was dropped.
import type { Operation } from '@pawl/core';
import { recordPathOf } from './layout.ts';

export const resultsOf = (id: string): string => `${id}/results`;

/** What tombstones speak of. @param operations of any order */
export function tombstonesOf(operations: readonly Operation[]): ReadonlySet<string> {
  return new Set(operations.flatMap(({ kind, about }) => (kind === 'tombstone' ? [about] : [])));
}

/** Without those that a pin took back. */
export function standingTombstones(operations: readonly Operation[]): ReadonlySet<string> {
  const pinned = pinnedRuns(operations);
  return new Set([...tombstonesOf(operations)].filter((about) => !pinned.has(about.split('/')[0] ?? '')));
}

/** The last pin of a run counts; `{"pinned": false}` lets it go. */
export function pinnedRuns(operations: readonly Operation[]): ReadonlySet<string> {
  const pinned = new Set<string>();
  for (const { kind, about, data } of operations.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    if (kind !== 'pin') continue;
    if (data['pinned'] === false) pinned.delete(about);
    else pinned.add(about);
  }
  return pinned;
}

/** Operations are never dropped: they tell why something is not there. */
export function mayBeDropped(path: string, tombstones: ReadonlySet<string>): boolean {
  const record = recordPathOf(path);
  if (record === undefined || record.kind === 'operation') return false;
  return tombstones.has(record.id) || (record.kind === 'result' && tombstones.has(resultsOf(record.id)));
}
