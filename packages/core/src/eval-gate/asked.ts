// What a policy asks of its metrics.
import type { GuardMetric, KeyMetric } from '../formats/gate-metrics.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { ClaimLines } from '../statistics/difference-estimate.ts';

/** A key metric must be no worse than in production, or better by a gain; a guard fails only on its absolute bounds. */
export type Asked = AskedOfKey | AskedOfGuard;
/** Where a gain is asked for, no loss is tolerated: the margin is 0. */
export type AskedOfKey = Omit<KeyMetric, 'margin'> & { readonly role: 'key'; readonly margin: number };
export type AskedOfGuard = GuardMetric & { readonly role: 'guard' };

/** Key metrics first, each in the order of the policy. */
export function askedMetrics(policy: GatePolicy): ReadonlyMap<string, Asked> {
  const asked = new Map<string, Asked>();
  for (const [name, metric] of entries<KeyMetric>(policy.metrics)) asked.set(name, keyMetric(metric));
  for (const [name, metric] of entries<GuardMetric>(policy.guards)) asked.set(name, { role: 'guard', ...metric });
  return asked;
}

/** One point of accuracy, where the policy says nothing. */
const usualMargin = 0.01;

const keyMetric = ({ margin = usualMargin, ...metric }: KeyMetric): AskedOfKey => ({
  role: 'key',
  ...metric,
  margin: metric.gain === undefined ? margin : 0,
});

/** What the interval of a difference must lie above to pass, and below to fail; oriented so that higher is better. */
export const linesOf = ({ margin, gain }: AskedOfKey): ClaimLines =>
  gain === undefined ? { pass: -margin, fail: 0 } : { pass: gain, fail: gain };

/** True where an unchanged model should not pass: what is asked for is to be better. */
export const asksForGain = ({ margin, gain }: AskedOfKey): boolean => gain !== undefined || margin === 0;

const entries = <T>(metrics: Readonly<Record<string, T | undefined>>): [string, T][] =>
  Object.entries(metrics).flatMap(([name, metric]): [string, T][] => (metric === undefined ? [] : [[name, metric]]));

/** The metric that the first line and the slices speak of. */
export function headlineMetric(policy: GatePolicy): string {
  const named = Object.keys(policy.metrics);
  return policy.headline !== undefined && named.includes(policy.headline) ? policy.headline : named[0]!;
}
