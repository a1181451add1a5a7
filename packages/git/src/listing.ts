// Lists over a view: newest first, and no more of the index read than the limit needs.
import { setImmediate as turn } from 'node:timers/promises';
import { selectRuns, ulidDay, type RunQuery, type RunSummary } from '@pawl/core';
import type { StoreIndex } from './index-segments.ts';
import type { RecentRuns } from './recent-runs.ts';
import type { OperationRow, RunRow } from './records.ts';
import type { StoreView } from './view.ts';

export async function listRuns(view: StoreView, query: RunQuery): Promise<readonly RunSummary[]> {
  const { newest } = view;
  if (newest !== undefined) return pageOf(view, newest.recent, query) ?? listRuns(await newest.whole(), query);
  const waiting = Map.groupBy(summariesOf(view), ({ id }) => ulidDay(id));
  const days = new Set([...(view.index?.runDays.keys() ?? []), ...waiting.keys()]);
  const selection = selectRuns(query, await tombstones(view));
  const found: RunSummary[] = [];
  if (query.limit === undefined) await Promise.all([...days].map((day) => indexed(view.index, day)));
  for (const day of [...days].toSorted().toReversed()) {
    if (selection.full) break;
    // Between turns of the event loop the metrics that a condition looked at can be let go of.
    await turn();
    for (const summary of merged((await indexed(view.index, day)).toReversed(), waiting.get(day) ?? [])) {
      if (selection.takes(summary)) found.push(summary);
    }
  }
  return found;
}

/** @returns undefined when the newest runs alone cannot answer */
function pageOf(view: StoreView, recent: RecentRuns, query: RunQuery): readonly RunSummary[] | undefined {
  const selection = selectRuns(query, withTombstones(recent.tombstones, view.operations.values()));
  const oldest = recent.complete ? '' : (recent.runs.at(-1)?.summary.id ?? '');
  const waiting = summariesOf(view).filter(({ id }) => id > oldest);
  const found: RunSummary[] = [];
  for (const summary of merged(
    recent.runs.map((row) => row.summary),
    waiting,
  )) {
    if (selection.full) break;
    if (selection.takes(summary)) found.push(summary);
  }
  return selection.full || recent.complete ? found : undefined;
}

async function indexed(index: StoreIndex | undefined, day: string): Promise<readonly RunSummary[]> {
  if (index === undefined) return [];
  return index.summaries === undefined ? (await index.runs(day)).map(({ summary }) => summary) : index.summaries(day);
}

async function tombstones(view: StoreView): Promise<ReadonlySet<string>> {
  const days = [...(view.index?.operationDays.keys() ?? [])];
  const rows = await Promise.all(days.map((day) => view.index?.operations(day) ?? []));
  return withTombstones(new Set(), [...rows.flat(), ...view.operations.values()]);
}

function withTombstones(known: ReadonlySet<string>, operations: Iterable<OperationRow>): ReadonlySet<string> {
  const hidden = new Set(known);
  for (const { kind, about } of operations) if (kind === 'tombstone') hidden.add(about);
  return hidden;
}

const summariesOf = (view: StoreView): readonly RunSummary[] => [...view.runs.values()].map(({ summary }) => summary);

/** @param known newest first. What is indexed stays; a waiting record of the same id is its copy, or a conflict. */
function merged(known: readonly RunSummary[], waiting: readonly RunSummary[]): readonly RunSummary[] {
  if (waiting.length === 0) return known;
  const ids = new Set(known.map(({ id }) => id));
  return [...known, ...waiting.filter(({ id }) => !ids.has(id))].sort((a, b) => (a.id < b.id ? 1 : -1));
}

export async function findRun(view: StoreView, id: string): Promise<RunRow | undefined> {
  const { newest } = view;
  if (newest !== undefined) {
    const known = await findKnown(view, id);
    return known !== undefined || newest.recent.complete ? known : findRun(await newest.whole(), id);
  }
  const rows = (await view.index?.runs(ulidDay(id))) ?? [];
  return rows.find(({ summary }) => summary.id === id) ?? view.runs.get(id);
}

/** Looks no further than what is read already. */
export async function findKnown(view: StoreView, id: string): Promise<RunRow | undefined> {
  if (view.newest === undefined) return findRun(view, id);
  return view.newest.recent.runs.find(({ summary }) => summary.id === id) ?? view.runs.get(id);
}

/** Oldest first. */
export async function findOperations(view: StoreView, about: string): Promise<readonly OperationRow[]> {
  if (view.newest !== undefined) return findOperations(await view.newest.whole(), about);
  const rows = new Map<string, OperationRow>();
  for (const day of view.index?.operationDays.keys() ?? []) {
    for (const row of (await view.index?.operations(day)) ?? []) if (row.about === about) rows.set(row.id, row);
  }
  for (const row of view.operations.values()) if (row.about === about && !rows.has(row.id)) rows.set(row.id, row);
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
