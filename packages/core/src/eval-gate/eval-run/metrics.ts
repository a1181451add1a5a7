// What an eval's cases measure: their pass rate, the mean of a score, what they took and cost.
import type { CaseScores } from './cases.ts';
import type { Measured, MetricTraits } from '../task.ts';

interface Reading {
  readonly traits: MetricTraits;
  /** Scores lie within 0 and 1; times and costs have no such bound. */
  readonly bounded: boolean;
  of(scores: CaseScores): number | undefined;
}

const ofAllCases: Readonly<Record<string, Reading>> = {
  'pass-rate': {
    traits: { title: 'pass rate', direction: 'higher', unit: 'share' },
    bounded: true,
    of: ({ pass }) => pass,
  },
  score: { traits: { title: 'score', direction: 'higher', unit: 'number' }, bounded: true, of: ({ score }) => score },
  latency: {
    traits: { title: 'latency', direction: 'lower', unit: 'number', suffix: 'ms' },
    bounded: false,
    of: ({ latency }) => latency,
  },
  cost: {
    traits: { title: 'cost a case', direction: 'lower', unit: 'number', suffix: 'USD' },
    bounded: false,
    of: ({ cost }) => cost,
  },
};

/** Any other name is a scorer's; `score/NAME` is where it has one of these names. */
export function readingOf(metric: string): Reading {
  const known = Object.hasOwn(ofAllCases, metric) ? ofAllCases[metric] : undefined;
  if (known !== undefined) return known;
  const scorer = metric.startsWith('score/') ? metric.slice('score/'.length) : metric;
  return {
    traits: { title: scorer, direction: 'higher', unit: 'number' },
    bounded: true,
    of: ({ scores }) => (Object.hasOwn(scores, scorer) ? scores[scorer] : undefined),
  };
}

/** As an eval's record names it: scorers apart from what all cases have. */
export const keyOfMetric = (metric: string): string =>
  Object.hasOwn(ofAllCases, metric) || metric.startsWith('score/') ? metric : `score/${metric}`;

export type Values =
  | { readonly candidate: Float64Array; readonly baseline?: Float64Array }
  | { readonly reason: string };

export function valuesOf(
  metric: string,
  candidate: readonly CaseScores[],
  baseline: readonly CaseScores[] | undefined,
): Values {
  const { of } = readingOf(metric);
  const [own, others]: [number[], number[]] = [[], []];
  let lonely = 0;
  candidate.forEach((scores, row) => {
    const [value, other] = [of(scores), baseline === undefined ? undefined : of(baseline[row]!)];
    if (baseline !== undefined && (value === undefined) !== (other === undefined)) lonely += 1;
    if (value === undefined) return;
    own.push(value);
    if (other !== undefined) others.push(other);
  });
  if (lonely > 0) return { reason: `${lonely} cases have "${metric}" on one side only` };
  if (own.length === 0) return { reason: `no case has "${metric}"; there are ${knownMetrics(candidate).join(', ')}` };
  return {
    candidate: Float64Array.from(own),
    ...(baseline !== undefined && { baseline: Float64Array.from(others) }),
  };
}

export const meanOf = (values: Float64Array): Measured => ({
  value: values.reduce((sum, value) => sum + value, 0) / values.length,
});

function knownMetrics(cases: readonly CaseScores[]): string[] {
  const scorers = new Set(cases.flatMap(({ scores }) => Object.keys(scores)));
  return ['pass-rate', 'score', ...[...scorers].slice(0, 10)];
}
