// What a policy asks of its metrics.
import type { GuardMetric, KeyMetric } from '../formats/gate-metrics.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';

/** A key metric must be no worse than in production; a guard fails only on its absolute bounds. */
export type Asked = AskedOfKey | AskedOfGuard;
export type AskedOfKey = KeyMetric & { readonly role: 'key' };
export type AskedOfGuard = GuardMetric & { readonly role: 'guard' };

/** Key metrics first, each in the order of the policy. */
export function askedMetrics(policy: GatePolicy): ReadonlyMap<string, Asked> {
  const asked = new Map<string, Asked>();
  for (const [name, metric] of entries<KeyMetric>(policy.metrics)) asked.set(name, { role: 'key', ...metric });
  for (const [name, metric] of entries<GuardMetric>(policy.guards)) asked.set(name, { role: 'guard', ...metric });
  return asked;
}

const entries = <T>(metrics: Readonly<Record<string, T | undefined>>): [string, T][] =>
  Object.entries(metrics).flatMap(([name, metric]): [string, T][] => (metric === undefined ? [] : [[name, metric]]));

/** The metric that the first line and the slices speak of. */
export function headlineMetric(policy: GatePolicy): string {
  const named = Object.keys(policy.metrics);
  return policy.headline !== undefined && named.includes(policy.headline) ? policy.headline : named[0]!;
}
