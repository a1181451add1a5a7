// How long runs are kept: rules and exceptions, as a pure function of what is on record. What somebody still leans on
// (pinned, registered, labelled, deployed, or the other side of a comparison) stays whatever its age.
import { ulidTime, type Operation, type RetentionRule, type Run } from '@pawl/core';
import { pinnedRuns, resultsOf, tombstonesOf } from './tombstones.ts';

/** After the rules of pawl.yml. Records are small and stay. */
const builtInRules: readonly RetentionRule[] = [{ 'pull-request': true, results: '90d' }, { results: '400d' }];

export interface RetentionFacts {
  readonly runs: readonly { readonly run: Run; readonly hasResults: boolean }[];
  readonly operations: readonly Operation[];
  readonly rules: readonly RetentionRule[];
  /** Commits of registered versions, and `name@v1.2.3` of each. Labels point to nothing else. */
  readonly registered: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Expiry {
  readonly run: Run;
  readonly drop: 'run' | 'results';
  /** What a tombstone speaks of. */
  readonly about: string;
  /** The rule that says so, in words. */
  readonly rule: string;
  /** When it may be dropped since, milliseconds since 1970. */
  readonly since: number;
}

export type KeptBecause = 'pinned' | 'registered' | 'deployed' | 'baseline';

export interface RetentionPlan {
  readonly expired: readonly Expiry[];
  /** Runs whose age is over, and why they stay. */
  readonly kept: Readonly<Record<KeptBecause, number>>;
}

const day = 86_400_000;
/** Before this project began no run was made: such a time comes from a broken clock and says nothing. */
const firstPlausible = Date.UTC(2020, 0, 1);

export function planRetention(facts: RetentionFacts): RetentionPlan {
  const gone = tombstonesOf(facts.operations);
  const standing = facts.runs.filter(({ run }) => !gone.has(run.id));
  const expired = standing.flatMap(
    ({ run, hasResults }) => expiryOf(facts, run, hasResults && !gone.has(resultsOf(run.id))) ?? [],
  );
  const expiredIds = new Set(expired.map(({ run }) => run.id));
  const reasons = reasonsToKeep(
    facts,
    standing.map(({ run }) => run),
    expiredIds,
  );
  const kept = { pinned: 0, registered: 0, deployed: 0, baseline: 0 };
  for (const id of expiredIds) {
    const reason = reasons.get(id);
    if (reason !== undefined) kept[reason] += 1;
  }
  return { expired: expired.filter(({ run }) => !reasons.has(run.id)), kept };
}

function expiryOf({ rules, now }: RetentionFacts, run: Run, hasResults: boolean): Expiry | undefined {
  const made = timeOf(run);
  if (made === undefined) return undefined;
  for (const drop of ['run', 'results'] as const) {
    if (drop === 'results' && !hasResults) continue;
    const rule = [...rules, ...builtInRules].find((one) => ageOf(one, drop) !== undefined && fits(one, run));
    const age = rule === undefined ? undefined : ageOf(rule, drop);
    if (rule === undefined || age === undefined || age === 'forever') continue;
    const since = made + Number(age.slice(0, -1)) * (age.endsWith('w') ? 7 : 1) * day;
    const about = drop === 'run' ? run.id : resultsOf(run.id);
    if (since <= now) return { run, drop, about, rule: ruleInWords(rule, drop), since };
  }
  return undefined;
}

const ageOf = (rule: RetentionRule, drop: 'run' | 'results'): string | undefined =>
  drop === 'run' ? rule.runs : rule.results;

/** The later of both clocks: a run is never dropped for a time that one of them got wrong. */
function timeOf(run: Run): number | undefined {
  const times = [ulidTime(run.id), Date.parse(run.startedAt)].filter((time) => time >= firstPlausible);
  return times.length === 0 ? undefined : Math.max(...times);
}

function fits(rule: RetentionRule, { kind, name, origin }: Run): boolean {
  return (
    (rule.kind === undefined || rule.kind === kind) &&
    (rule.name === undefined || matches(rule.name, name)) &&
    (rule.branch === undefined || (origin.branch !== undefined && matches(rule.branch, origin.branch))) &&
    (rule['pull-request'] === undefined || rule['pull-request'] === (origin.pullRequest !== undefined))
  );
}

/** `*` stands for any letters. Without a regular expression: a pattern must not be able to take forever. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    at = text.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return at <= text.length - last.length;
}

function ruleInWords(rule: RetentionRule, drop: 'run' | 'results'): string {
  const conditions = [
    rule.kind,
    rule.name,
    rule.branch === undefined ? undefined : `branch ${rule.branch}`,
    rule['pull-request'] === undefined ? undefined : rule['pull-request'] ? 'pull requests' : 'no pull request',
  ].filter((part) => part !== undefined);
  return `${drop === 'run' ? 'runs' : 'results'}${conditions.length === 0 ? '' : ` of ${conditions.join(', ')}`}: ${ageOf(rule, drop)}`;
}

function reasonsToKeep(
  { operations, registered }: RetentionFacts,
  runs: readonly Run[],
  expired: ReadonlySet<string>,
): ReadonlyMap<string, KeptBecause> {
  const reasons = new Map<string, KeptBecause>();
  const keep = (reason: KeptBecause, wanted: (run: Run) => boolean): void => {
    for (const run of runs) if (!reasons.has(run.id) && wanted(run)) reasons.set(run.id, reason);
  };
  const pinned = pinnedRuns(operations);
  keep('pinned', ({ id }) => pinned.has(id));
  const isRegistered = ({ origin, subject }: Run): boolean =>
    registered.has(origin.commit ?? '') ||
    (subject?.version !== undefined && registered.has(`${subject.name}@${subject.version}`));
  const digests = new Set(
    runs.flatMap((run) => (isRegistered(run) && run.subject !== undefined ? [run.subject.digest] : [])),
  );
  keep('registered', (run) => isRegistered(run) || digests.has(run.subject?.digest ?? ''));
  const deployed = new Set(
    operations.flatMap(({ kind, about, data }) => (kind === 'rollout' ? [about, ...textsIn(data)] : [])),
  );
  keep(
    'deployed',
    ({ id, kind, subject }) =>
      kind === 'deploy' || deployed.has(id) || (subject !== undefined && deployed.has(subject.digest)),
  );
  const baselines = new Set(
    runs.flatMap((run) =>
      expired.has(run.id) || run.baseline?.commit === undefined ? [] : [subjectAt(run, run.baseline.commit)],
    ),
  );
  const newest = newestOf(runs);
  keep('baseline', (run) => newest.has(run.id) || baselines.has(subjectAt(run, run.origin.commit ?? '')));
  return reasons;
}

const subjectAt = ({ kind, name }: Run, commit: string): string => JSON.stringify([kind, name, commit]);

/** What the next run on a branch will be compared with. */
function newestOf(runs: readonly Run[]): ReadonlySet<string> {
  const newest = new Map<string, string>();
  for (const { id, kind, name, origin } of runs) {
    if (origin.pullRequest !== undefined || origin.trust === 'fork') continue;
    const key = JSON.stringify([kind, name, origin.branch ?? '']);
    if ((newest.get(key) ?? '') < id) newest.set(key, id);
  }
  return new Set(newest.values());
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
