// What the schema of a policy cannot say of business metrics and fairness: expressions that do not parse, names twice.
import type { FairnessRule } from '../formats/gate-fairness.ts';
import { MetricName } from '../formats/gate-metrics.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import { parseExpression } from '../expression/index.ts';
import type { PolicyPlace } from './contradictions.ts';

export const fairnessName = ({ metric, column }: FairnessRule): string => `${metric}-by-${column}`;

/** Where a metric that is not the task's own is asked for in the policy. */
export function besidePath(
  { business, fairness }: GatePolicy,
  metric: string,
): readonly [string[], string] | undefined {
  if (Object.hasOwn(business, metric)) return [['business'], metric];
  return fairness.some((rule) => fairnessName(rule) === metric) ? [[], 'fairness'] : undefined;
}

export function besideContradictions(policy: GatePolicy, place: PolicyPlace): Problem[] {
  const rules = policy.fairness.map(fairnessName);
  const known: readonly string[] = [...MetricName.options, ...rules];
  return [
    ...Object.entries(policy.business).flatMap(([name, { expression }]): Problem[] => [
      ...(known.includes(name)
        ? [invalid(`"${name}" is the name of another metric.`, 'Call it something else.', place(['business'], name))]
        : []),
      ...(expression === undefined ? [] : expressionProblems(name, expression, place(['business'], name))),
    ]),
    ...rules
      .filter((rule, index) => rules.indexOf(rule) < index)
      .map((rule) => invalid(`Fairness asks for ${rule} twice.`, 'Keep one of the two.', place([], 'fairness'))),
  ];
}

function expressionProblems(name: string, expression: string, where: ReturnType<PolicyPlace>): Problem[] {
  return parseExpression(expression).problems.map((problem) => ({ ...expressionPlaced(name, problem), ...where }));
}

/** The problem of an expression, told with where in it: the file's own columns do not count within a YAML text. */
export function expressionPlaced(name: string, { message, hint, column }: Problem): Problem {
  const at = column === undefined ? '' : ` (character ${column} of its expression)`;
  const text = `business.${name}: ${message.replace(/\.$/, '')}${at}.`;
  return { code: 'POLICY_EXPRESSION', severity: 'error', message: text, ...(hint !== undefined && { hint }) };
}

const invalid = (message: string, hint: string, where: ReturnType<PolicyPlace>): Problem => ({
  code: 'POLICY_INVALID',
  severity: 'error',
  message,
  hint,
  ...where,
});
