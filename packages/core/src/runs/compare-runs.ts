// Two or more runs side by side: the first is what the others are compared with. A value; `compare-page` words it.
import type { Problem } from '../formats/problem.ts';
import type { Metric, ParamValue, Run } from '../formats/run.ts';
import { caseFiles, readCases, type RunCases } from './case-lines.ts';
import { compareCases, type CaseComparison } from './compare-cases.ts';
import { metricDifference, type MetricDifference } from './metric-difference.ts';
import { withLosses } from './prediction-losses.ts';

/** A run, and what it said of each case where it kept that. */
export interface RunWithCases {
  readonly run: Run;
  readonly caseFile?: { readonly file: string; readonly text: string };
}

/** One value for each run; null where a run has none. */
export interface ComparedValue {
  readonly name: string;
  readonly values: readonly (ParamValue | null)[];
  readonly changed: boolean;
}

export interface ComparedMetric {
  readonly name: string;
  readonly direction?: 'higher' | 'lower';
  readonly unit?: string;
  readonly values: readonly (Pick<Metric, 'value' | 'n' | 'interval' | 'level' | 'difference'> | null)[];
  /** One for each run after the first; null when either has no value. */
  readonly differences: readonly (MetricDifference | null)[];
  readonly changed: boolean;
}

export interface ComparedInput {
  readonly role: string;
  readonly path?: string;
  /** Digest in each run; null where the run did not read it. */
  readonly digests: readonly (string | null)[];
  readonly state: 'same' | 'changed' | 'partial';
}

export interface RunComparison {
  readonly schema: 'pawl.comparison/1';
  readonly runs: readonly (Pick<Run, 'id' | 'kind' | 'name' | 'startedAt'> & {
    readonly verdict?: Run['verdict'];
    readonly commit?: string;
    readonly branch?: string;
    readonly dirty?: boolean;
  })[];
  readonly params: readonly ComparedValue[];
  readonly metrics: readonly ComparedMetric[];
  readonly tags: readonly ComparedValue[];
  readonly inputs: readonly ComparedInput[];
  readonly artifacts: readonly ComparedInput[];
  readonly environment: readonly ComparedValue[];
  /** One for each run after the first; null when there are no cases to pair. */
  readonly cases: readonly (CaseComparison | null)[];
  /** `git diff A B` for each run after the first; null without two different commits. */
  readonly codeDiffs: readonly (string | null)[];
  readonly problems: readonly Problem[];
}

/** @param given two or more */
export function compareRuns(given: readonly RunWithCases[]): RunComparison {
  const runs = given.map(({ run }) => run);
  const problems: Problem[] = [];
  const cases = given.map(({ run, caseFile }) => {
    if (caseFile === undefined) return undefined;
    const read = readCases(caseFile.file, caseFile.text);
    problems.push(...read.problems.map((problem) => ({ ...problem, message: `${run.id}: ${problem.message}` })));
    return withLosses(read.cases, run.metrics);
  });
  const pairs = runs.slice(1).map((run, index) => pairable(runs[0]!, run, [cases[0], cases[index + 1]]));
  return {
    schema: 'pawl.comparison/1',
    runs: runs.map(headOf),
    params: valuesOf(runs.map(({ params }) => params)),
    metrics: metricsOf(runs, pairs),
    tags: valuesOf(runs.map(({ tags = {} }) => tags)),
    inputs: inputsOf(runs.map(({ inputs }) => inputs)),
    artifacts: inputsOf(
      runs.map(({ artifacts = [] }) => artifacts.map(({ name, digest }) => ({ role: 'artifact', path: name, digest }))),
    ),
    environment: valuesOf(runs.map(({ environment = {} }) => environment)),
    cases: pairs.map((pair) => (pair === undefined ? null : compareCases(...pair))),
    codeDiffs: runs.slice(1).map((run) => codeDiff(runs[0]!, run)),
    problems: [...problems, ...cautions(runs)],
  };
}

/** The file among a run's results that holds its cases. */
export const caseFileOf = (run: Run): string | undefined => caseFiles.find((file) => Object.hasOwn(run.results, file));

/** Cases pair by id within one kind and name: "17" of another suite is another case. */
function pairable(
  first: Run,
  later: Run,
  [before, after]: readonly [RunCases | undefined, RunCases | undefined],
): readonly [RunCases, RunCases] | undefined {
  if (before === undefined || after === undefined || before.file !== after.file) return undefined;
  return first.kind === later.kind && first.name === later.name ? [before, after] : undefined;
}

function headOf({ id, kind, name, startedAt, verdict, origin }: Run): RunComparison['runs'][number] {
  const { commit, branch, dirty } = origin;
  return {
    id,
    kind,
    name,
    startedAt,
    ...(verdict !== undefined && { verdict }),
    ...(commit !== undefined && { commit }),
    ...(branch !== undefined && { branch }),
    ...(dirty !== undefined && { dirty }),
  };
}

function valuesOf(given: readonly Readonly<Record<string, ParamValue>>[]): readonly ComparedValue[] {
  const names = [...new Set(given.flatMap((values) => Object.keys(values)))];
  const compared = names.map((name) => {
    const values = given.map((one) => (Object.hasOwn(one, name) ? one[name]! : null));
    return { name, values, changed: values.some((value) => value !== values[0]) };
  });
  return changedFirst(compared);
}

function metricsOf(
  runs: readonly Run[],
  pairs: readonly (readonly [RunCases, RunCases] | undefined)[],
): readonly ComparedMetric[] {
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))];
  const own = ({ metrics }: Run, name: string): Metric | undefined =>
    Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  return names.map((name) => {
    const metrics = runs.map((run) => own(run, name));
    const direction = metrics.find((metric) => metric?.direction !== undefined)?.direction;
    const unit = metrics.find((metric) => metric?.unit !== undefined)?.unit;
    return {
      name,
      ...(direction !== undefined && { direction }),
      ...(unit !== undefined && { unit }),
      values: metrics.map((metric) => (metric === undefined ? null : shownPart(metric))),
      differences: metrics
        .slice(1)
        .map((later, index) => metricDifference(name, { first: metrics[0], later }, pairs[index]) ?? null),
      changed: metrics.some((metric) => metric?.value !== metrics[0]?.value),
    };
  });
}

const shownPart = ({ value, n, interval, level, difference }: Metric): ComparedMetric['values'][number] => ({
  value,
  ...(n !== undefined && { n }),
  ...(interval !== undefined && { interval }),
  ...(level !== undefined && { level }),
  ...(difference !== undefined && { difference }),
});

type Digested = { readonly role: string; readonly path?: string | undefined; readonly digest: string };

function inputsOf(given: readonly (readonly Digested[])[]): readonly ComparedInput[] {
  // Two inputs of one role without a path stay apart by their order.
  const keyed = given.map((inputs) => {
    const counts = new Map<string, number>();
    return new Map(
      inputs.map((input) => {
        const name = `${input.role} ${input.path ?? ''}`;
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        return [`${name} ${count}`, input] as const;
      }),
    );
  });
  const keys = [...new Set(keyed.flatMap((inputs) => [...inputs.keys()]))];
  const compared = keys.map((key): ComparedInput => {
    const found = keyed.map((inputs) => inputs.get(key));
    const { role = '', path } = found.find((input) => input !== undefined) ?? {};
    const digests = found.map((input) => input?.digest ?? null);
    const known = new Set(digests.filter((digest) => digest !== null));
    const state = known.size > 1 ? 'changed' : digests.includes(null) ? 'partial' : 'same';
    return { role, ...(path !== undefined && { path }), digests, state };
  });
  return [...compared.filter(({ state }) => state !== 'same'), ...compared.filter(({ state }) => state === 'same')];
}

const changedFirst = <T extends { readonly changed: boolean }>(items: readonly T[]): readonly T[] => [
  ...items.filter(({ changed }) => changed),
  ...items.filter(({ changed }) => !changed),
];

function codeDiff(first: Run, later: Run): string | null {
  const [from, to] = [first.origin.commit, later.origin.commit];
  // A commit reaches a command line to be copied: nothing but a hash may.
  if (from === undefined || to === undefined || from === to) return null;
  return [from, to].every((commit) => /^[0-9a-f]{7,64}$/.test(commit)) ? `git diff ${from} ${to}` : null;
}

function cautions(runs: readonly Run[]): readonly Problem[] {
  const caution = (code: string, message: string): Problem => ({ code, severity: 'warning', message });
  const kinds = [...new Set(runs.map(({ kind }) => kind))];
  const names = [...new Set(runs.map(({ name }) => name))];
  const dirty = runs.filter(({ origin }) => origin.dirty === true);
  return [
    ...(kinds.length > 1 ? [caution('RUNS_OF_KINDS', `The runs are of different kinds: ${kinds.join(', ')}.`)] : []),
    ...(kinds.length === 1 && names.length > 1
      ? [caution('RUNS_OF_NAMES', `The runs judged different things: ${names.join(', ')}. Cases are not paired.`)]
      : []),
    ...(dirty.length > 0
      ? [
          caution(
            'RUNS_DIRTY',
            `${dirty.map(({ id }) => id).join(', ')} ran with uncommitted changes: the commit alone does not tell its code.`,
          ),
        ]
      : []),
    ...(kinds.length === 1 && dataChanged(runs)
      ? [caution('RUNS_DATA_CHANGED', 'The runs did not read the same data: a difference may come from that.')]
      : []),
  ];
}

const dataChanged = (runs: readonly Run[]): boolean =>
  inputsOf(runs.map(({ inputs }) => inputs.filter(({ role }) => role === 'data' || role === 'suite'))).some(
    ({ state }) => state !== 'same',
  );
