// Whether an eval may speak for a model: an advisory run reports and decides nothing, and neither do judges that nobody
// has checked against people. Their scores are shown.
import { askedMetrics, type Asked } from '../asked.ts';
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { Problem } from '../../formats/problem.ts';
import type { ReadPolicy } from '../read-policy.ts';
import { keyOfMetric } from './metrics.ts';
import { shownOf, type EvalSide } from './sample.ts';

/** @param place where a metric stands in the policy */
export function standingProblems(
  policy: GatePolicy,
  sides: readonly EvalSide[],
  place: ReadPolicy['place'],
): readonly Problem[] {
  const runs = [...new Map(sides.map((side) => [side.stored.run.id, side])).values()];
  const advisory = runs.flatMap((side) => advisoryProblem(side, policy));
  const unvouched = [...askedMetrics(policy)].flatMap(([metric, asked]) => {
    const why = runs
      .map((side) => ({ side, reason: reasonOf(side, metric) }))
      .find(({ reason }) => reason !== undefined);
    return why?.reason === undefined
      ? []
      : [metricProblem({ metric, asked, side: why.side, reason: why.reason }, place)];
  });
  return [...advisory, ...unvouched];
}

function advisoryProblem(side: EvalSide, { evals }: GatePolicy): Problem[] {
  if (side.stored.run.advisory !== true || evals?.['accept-advisory'] === true) return [];
  return [
    {
      code: 'GATE_RUN_ADVISORY',
      severity: 'error',
      message: `${shownOf(side)} was advisory: it reported, and was not to decide anything.`,
      hint: 'Evaluate the suite again without `--advisory` and with certified judges (`pawl judge calibrate`); or say `accept-advisory: true` under `evals` of the policy.',
    },
  ];
}

/** Why the run's scores of a metric have nobody's word; records of before judges were noted know of no scorer. */
function reasonOf({ stored: { run } }: EvalSide, metric: string): string | undefined {
  const key = keyOfMetric(metric);
  if (run.uncertified !== undefined) return Object.hasOwn(run.uncertified, key) ? run.uncertified[key] : undefined;
  const isScorer = key.startsWith('score/');
  return isScorer || (run.advisory === true && (key === 'pass-rate' || key === 'score'))
    ? 'Its record does not say whether a judge without a certificate gave them.'
    : undefined;
}

interface Unvouched {
  readonly metric: string;
  readonly asked: Asked;
  readonly side: EvalSide;
  readonly reason: string;
}

function metricProblem({ metric, asked, side, reason }: Unvouched, place: ReadPolicy['place']): Problem {
  const { minimum, maximum, role } = asked;
  const decides = role === 'key' || minimum !== undefined || maximum !== undefined;
  const what = `"${metric}" of ${shownOf(side)} rests on scores that nobody vouches for. ${reason}`;
  return {
    code: 'GATE_JUDGE_UNCERTIFIED',
    severity: decides ? 'error' : 'warning',
    message: what,
    hint: decides
      ? 'Certify the judge (`pawl judge calibrate SUITE --labels FILE`) and evaluate the suite again; or name the metric under `guards` without bounds: it is then only shown.'
      : 'It is shown, and decides nothing.',
    ...place(metric),
  };
}
