// How the policy asks for a metric to be computed, and its defaults.
import type { MetricName, MetricSettings } from '../formats/gate-metrics.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';

/** A metric's own settings, as a key metric or a guard. */
export type SettingsOf = (metric: MetricName) => MetricSettings;

export const settingsFrom =
  ({ metrics, guards }: Pick<GatePolicy, 'metrics' | 'guards'>): SettingsOf =>
  (metric) =>
    metrics[metric] ?? guards[metric] ?? {};

export const noSettings: SettingsOf = () => ({});

/** Left out: all. */
export const ndcgDepth = ({ k }: MetricSettings): number => k ?? Number.POSITIVE_INFINITY;
export const recallDepth = ({ k }: MetricSettings): number => k ?? 10;
export const topDepth = ({ k }: MetricSettings): number => k ?? 5;
/** Left out: the median. */
export const quantileOfLoss = ({ quantile }: MetricSettings): number => quantile ?? 0.5;
