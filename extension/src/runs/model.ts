// Runs by kind or by name, newest first.
import type { RunSummary, Store } from '@pawl/core';

export type Grouping = 'kind' | 'name';

export interface RunGroup {
  readonly type: 'run-group';
  readonly by: Grouping;
  readonly title: string;
  readonly runs: readonly RunNode[];
}

export interface RunNode {
  readonly type: 'run';
  readonly by: Grouping;
  readonly run: RunSummary;
}

/** Said where the list ends although there may be more. */
export interface OlderRuns {
  readonly type: 'older-runs';
  readonly shown: number;
}

export type RunsNode = RunGroup | RunNode | OlderRuns;

/** More are rarely scrolled to, and each is a row in memory. */
export const mostRuns = 2000;

/** The group with the newest run comes first. */
export async function loadRuns(
  store: Pick<Store, 'list'>,
  by: Grouping,
  limit = mostRuns,
): Promise<readonly (RunGroup | OlderRuns)[]> {
  const runs = await store.list({ limit: limit + 1 });
  const groups = new Map<string, RunNode[]>();
  for (const run of runs.slice(0, limit)) {
    const title = by === 'kind' ? run.kind : run.name;
    const group = groups.get(title) ?? [];
    group.push({ type: 'run', by, run });
    groups.set(title, group);
  }
  return [
    ...[...groups].map(([title, nodes]): RunGroup => ({ type: 'run-group', by, title, runs: nodes })),
    ...(runs.length > limit ? [{ type: 'older-runs', shown: limit } as const] : []),
  ];
}

export const isRunNode = (value: unknown): value is RunNode =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'run' && 'run' in value;

/** `mail-triage (fail)`: a report's tab. */
export const reportTitle = (run: Pick<RunSummary, 'name' | 'verdict'>): string =>
  `${run.name} (${run.verdict ?? 'no verdict'})`;
