// A policy whose evidence is an eval run: its metrics have free names, and stand under `evals`.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { Problem } from '../../formats/problem.ts';
import type { PolicyPlace } from '../contradictions.ts';

/** The name of the runs that speak for what the policy judges. */
export const suiteOf = ({ evals, name }: GatePolicy): string => evals?.run ?? name;

/** What the rest of the gate asks for stands in `metrics` and `guards`, whatever the task. */
export const evalsAsMetrics = (policy: GatePolicy): GatePolicy =>
  policy.evals === undefined
    ? policy
    : {
        ...policy,
        metrics: policy.evals.metrics as GatePolicy['metrics'],
        guards: policy.evals.guards as GatePolicy['guards'],
      };

/** Keys that the kind of evidence needs, and those that it would ignore. */
export function evidenceProblems(policy: GatePolicy, place: PolicyPlace): Problem[] {
  const { task, evals, metrics } = policy;
  const problem = (message: string, hint: string, key: string): Problem => ({
    code: 'POLICY_INVALID',
    severity: 'error',
    message,
    hint,
    ...place([], key),
  });
  if (task !== 'eval-run') {
    if (evals !== undefined)
      return [problem('`evals` is read by eval-run only.', 'Write `task: eval-run`, or remove it.', 'evals')];
    return Object.keys(metrics).length === 0
      ? [problem('The policy has no key metric.', 'Name at least one under `metrics`.', 'metrics')]
      : [];
  }
  if (evals === undefined)
    return [problem('`task: eval-run` needs `evals`.', 'Name what the run is asked for: `evals.metrics`.', 'task')];
  const idle = (['metrics', 'guards', 'headline', 'model', 'predictions', 'endpoint'] as const).filter((key) => {
    const value = policy[key];
    return typeof value === 'object' ? Object.keys(value).length > 0 : value !== undefined;
  });
  const both = Object.keys(evals.guards).filter((name) => name in evals.metrics);
  return [
    ...idle.map((key) =>
      problem(`\`${key}\` is of no effect with \`task: eval-run\`.`, 'Write it under `evals`.', key),
    ),
    ...both.map((name) => problem(`"${name}" is a metric and a guard.`, 'Keep it in one of the two.', 'evals')),
  ];
}
