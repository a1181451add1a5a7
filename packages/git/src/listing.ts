// Lists over a view: newest first, and no more segments read than the limit needs.
import { selectRuns, ulidDay, type RunQuery, type RunSummary } from '@pawl/core';
import type { OperationRow, RunRow } from './records.ts';
import type { StoreView } from './view.ts';

export async function listRuns(view: StoreView, query: RunQuery): Promise<readonly RunSummary[]> {
  const waiting = Map.groupBy(view.runs.values(), ({ summary }) => ulidDay(summary.id));
  const days = new Set([...(view.index?.runDays.keys() ?? []), ...waiting.keys()]);
  const selection = selectRuns(query, await tombstones(view));
  const found: RunSummary[] = [];
  if (query.limit === undefined) await Promise.all([...days].map((day) => view.index?.runs(day)));
  for (const day of [...days].toSorted().toReversed()) {
    if (selection.full) break;
    const indexed = (await view.index?.runs(day)) ?? [];
    for (const { summary } of merged(indexed, waiting.get(day) ?? [])) {
      if (selection.takes(summary)) found.push(summary);
    }
  }
  return found;
}

async function tombstones(view: StoreView): Promise<ReadonlySet<string>> {
  const hidden = new Set<string>();
  const hide = ({ kind, about }: OperationRow): void => {
    if (kind === 'tombstone') hidden.add(about);
  };
  for (const day of view.index?.operationDays.keys() ?? []) (await view.index?.operations(day))?.forEach(hide);
  for (const row of view.operations.values()) hide(row);
  return hidden;
}

/** Newest first. What is indexed stays; a waiting record of the same id is its copy, or a conflict. */
function merged(indexed: readonly RunRow[], waiting: readonly RunRow[]): readonly RunRow[] {
  if (waiting.length === 0) return indexed.toReversed();
  const known = new Set(indexed.map(({ summary }) => summary.id));
  const rows = [...indexed, ...waiting.filter(({ summary }) => !known.has(summary.id))];
  return rows.sort((a, b) => (a.summary.id < b.summary.id ? 1 : -1));
}

export async function findRun(view: StoreView, id: string): Promise<RunRow | undefined> {
  const indexed = (await view.index?.runs(ulidDay(id))) ?? [];
  return indexed.find(({ summary }) => summary.id === id) ?? view.runs.get(id);
}

/** Oldest first. */
export async function findOperations(view: StoreView, about: string): Promise<readonly OperationRow[]> {
  const rows = new Map<string, OperationRow>();
  for (const day of view.index?.operationDays.keys() ?? []) {
    for (const row of (await view.index?.operations(day)) ?? []) if (row.about === about) rows.set(row.id, row);
  }
  for (const row of view.operations.values()) if (row.about === about && !rows.has(row.id)) rows.set(row.id, row);
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
