// Which runs a list shows. One home for the rule, so that every store answers a query alike.
import type { RunSummary } from '../formats/run.ts';
import type { RunQuery } from '../ports/store.ts';
import { timeOf } from '../formats/time.ts';

export interface RunSelection {
  /** Asked of every run, newest first; true when the list shows it. */
  takes(run: RunSummary): boolean;
  /** Nothing further is wanted. */
  readonly full: boolean;
}

/**
 * A run with a tombstone is gone, and an older attempt of a CI step stands behind the newer one, unless the query asks
 * for all.
 * @param tombstones ids of runs that an operation hides
 */
export function selectRuns(query: RunQuery, tombstones: ReadonlySet<string>): RunSelection {
  const { all = false, offset = 0, limit = Number.POSITIVE_INFINITY } = query;
  const newest = new Map<string, number>();
  let met = 0;
  return {
    takes: (run) => {
      // Looked at before the conditions: an attempt that does not match still supersedes one that does.
      const superseded = isSuperseded(run, newest);
      if (!all && (superseded || tombstones.has(run.id))) return false;
      if (!meets(run, query)) return false;
      met += 1;
      return met > offset && met <= offset + limit;
    },
    get full() {
      return met >= offset + limit;
    },
  };
}

function isSuperseded({ producer }: RunSummary, newest: Map<string, number>): boolean {
  if (producer === undefined) return false;
  const known = newest.get(producer.key) ?? Number.NEGATIVE_INFINITY;
  newest.set(producer.key, Math.max(known, producer.attempt));
  return producer.attempt < known;
}

function meets(run: RunSummary, query: RunQuery): boolean {
  return (
    (query.kind === undefined || run.kind === query.kind) &&
    (query.name === undefined || run.name === query.name) &&
    (query.branch === undefined || run.branch === query.branch) &&
    (query.author === undefined || run.actor === query.author) &&
    (query.verdict === undefined || run.verdict === query.verdict) &&
    (query.subject === undefined || run.subject === query.subject) &&
    (query.since === undefined || timeOf(run.startedAt) >= query.since) &&
    (query.until === undefined || timeOf(run.startedAt) < query.until) &&
    (query.matches === undefined || query.matches(run))
  );
}
