// The search over a repository's commits: the two ends, then halves, then into the merge that brought the fall.
import type { LoggedCommit } from '@pawl/core';
import { bisectPosition, bisectSteps, type VersionState } from '@pawl/core/prompt-history';
import type { World } from '@pawl/wiring';
import type { BisectEvaluation, Looked, PlannedCalls } from './bisect-evaluation.ts';

/** A version that was looked at. */
export interface Step extends Looked {
  readonly commit: string;
}

export interface Found {
  /** One: it is the one. Several: the fall is at one of them. */
  readonly commits: readonly LoggedCommit[];
  /** The merge that brought it, when the commit is on a branch that was merged. */
  readonly through?: LoggedCommit;
  /** The commit is a merge, and each of its sides by itself is good: they do not go together. */
  readonly together?: true;
}

export interface SearchPlan {
  readonly versions: number;
  readonly steps: number;
  readonly calls: number;
  readonly least: number;
  readonly costUsd?: number;
}

/** More versions than these are planned by a sample. */
const planned = 32;

/**
 * What the ends and the dearest steps would take, with every repeat.
 * @param versions that may be the one, oldest first
 */
export async function planSearch(
  evaluation: BisectEvaluation,
  ends: { readonly good: PlannedCalls; readonly bad: PlannedCalls },
  versions: readonly LoggedCommit[],
): Promise<SearchPlan> {
  const steps = versions.length === 0 ? 0 : bisectSteps(versions.length);
  const between = versions.slice(0, -1);
  const every = Math.max(1, Math.ceil(between.length / planned));
  const each: number[] = [];
  let known = ends.good;
  for (const { commit } of between.filter((_, index) => index % every === 0)) {
    const plan = await evaluation.plan(commit);
    // One that cannot be read asks nothing.
    if ('problems' in plan) continue;
    if (plan.costUsd !== undefined && plan.calls > known.calls) known = plan;
    each.push(Math.max(0, plan.calls - ends.bad.calls));
  }
  const dearest = each.toSorted((a, b) => b - a);
  const calls =
    ends.good.calls +
    Array.from({ length: steps }, (_, step) => dearest[Math.min(step, dearest.length - 1)] ?? 0).reduce(
      (sum, one) => sum + one,
      0,
    );
  const perCall = calls === 0 ? 0 : known.costUsd === undefined ? undefined : known.costUsd / Math.max(1, known.calls);
  return {
    versions: versions.length,
    steps,
    calls,
    least: ends.good.least,
    ...(perCall !== undefined && { costUsd: perCall * calls }),
  };
}

export interface SearchOptions {
  readonly world: Pick<World, 'history'>;
  readonly evaluation: BisectEvaluation;
  /** Files that versions which were looked at read; more with every look. */
  readonly paths: () => readonly string[];
  /** Told each version as it has been looked at. */
  readonly looked: (step: Step) => void;
}

/** The good end of a line of commits, and its bad end. */
export interface SearchRange {
  readonly from: string;
  readonly to: string;
}

/** Looks at each version once, whatever asks for it. */
export async function searchCommits(range: SearchRange, options: SearchOptions): Promise<Found> {
  const known = new Map<string, Promise<Looked>>();
  const look = (commit: string): Promise<Looked> => {
    const looking = known.get(commit) ?? lookAt(commit, options);
    known.set(commit, looking);
    return looking;
  };
  return searchLine(range, { ...options, look });
}

interface Searching extends SearchOptions {
  readonly look: (commit: string) => Promise<Looked>;
}

/** Also among commits that touched what only a version in the middle reads: none of its files is known from the ends. */
async function searchLine(range: SearchRange, options: Searching): Promise<Found> {
  let versions = await versionsOf(range, options);
  for (;;) {
    const found = await halve(versions, options);
    const wider = await versionsOf(range, options);
    if (wider.length > versions.length) {
      versions = wider;
      continue;
    }
    const [only, other] = found;
    if (only === undefined || other !== undefined || only.parents.length < 2) return { commits: found };
    return intoMerge(only, options);
  }
}

const versionsOf = (range: SearchRange, { world, paths }: SearchOptions): Promise<readonly LoggedCommit[]> =>
  world.history.changes({ ...range, paths: paths() });

/** @param versions oldest first: the first may be the one, and the last is as bad as the bad end */
async function halve(versions: readonly LoggedCommit[], { look }: Searching): Promise<readonly LoggedCommit[]> {
  const states: (VersionState | undefined)[] = ['good', ...versions.map(() => undefined)];
  states[versions.length] = 'bad';
  for (;;) {
    const { good, bad, next } = bisectPosition(states);
    const version = next === undefined ? undefined : versions[next - 1];
    if (next === undefined || version === undefined) return versions.slice(good, bad);
    states[next] = (await look(version.commit)).state;
  }
}

/** Down the branch that was bad before it was merged, from where it left; else the merge itself is the one. */
async function intoMerge(merge: LoggedCommit, options: Searching): Promise<Found> {
  const { world, look } = options;
  const [line = '', ...branches] = merge.parents;
  let unclear = false;
  for (const tip of branches) {
    const { state } = await look(tip);
    unclear ||= state !== 'good' && state !== 'bad';
    if (state !== 'bad') continue;
    const range = { from: line, to: tip };
    const base = await world.history.mergeBase(line, tip);
    // What the branch did not change itself, or was bad where it left, did not come from it.
    if (base === undefined || (await versionsOf(range, options)).length === 0) continue;
    if ((await look(base)).state !== 'good') continue;
    return { through: merge, ...(await searchLine(range, options)) };
  }
  return { commits: [merge], ...(!unclear && { together: true }) };
}

async function lookAt(commit: string, { evaluation, looked }: SearchOptions): Promise<Looked> {
  const answer = await evaluation.version(commit);
  looked({ commit, ...answer });
  return answer;
}
