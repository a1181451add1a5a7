// What a run's record keeps of a gateway.
import type { Metric } from '../../formats/run.ts';
import type { GatewayRoutes, RouteStats, SideRoutes } from './route-summary.ts';
import { changedHits } from './section.ts';

/** A router over many models makes as many metrics; a record has its limits. */
const mostRoutes = 20;

export function routeMetrics({ routes, after, before, cheap }: GatewayRoutes): Readonly<Record<string, Metric>> {
  const metrics: Record<string, Metric> = {};
  const add = (name: string, value: number | undefined, old: number | undefined, rest: Partial<Metric> = {}): void => {
    if (value !== undefined) metrics[name] = { value, ...(old !== undefined && { baseline: old }), ...rest };
  };
  const shareOf = (stats: RouteStats | undefined, side: SideRoutes | undefined): number | undefined =>
    side === undefined || side.answers === 0 ? undefined : (stats?.answers ?? 0) / side.answers;
  for (const route of routes.slice(0, mostRoutes)) {
    const name = `route/${route.name.replace(/[^\w./#-]+/g, '-')}`;
    const [now, old] = [route.after, route.before];
    add(`${name}/share`, shareOf(now, after), shareOf(old, before), { n: after.answers });
    if (now === undefined) continue;
    const interval = { n: now.answers, interval: [now.low, now.high] as [number, number], level: 0.95 };
    add(`${name}/pass-rate`, now.passRate, old?.passRate, { ...interval, direction: 'higher' });
    add(`${name}/latency-median`, now.latencyMs, old?.latencyMs, { unit: 'ms', direction: 'lower' });
    add(`${name}/cost`, now.costUsd, old?.costUsd, { unit: 'USD', direction: 'lower' });
  }
  if (cheap !== undefined) add('gateway/cheap-share', after.cheapShare, before?.cheapShare);
  add('gateway/fallbacks', after.fallbacks, before?.fallbacks, { n: after.answers });
  add('gateway/cache-hits', after.hits, before?.hits, { n: after.answers });
  if (after.checked.length > 0)
    add('gateway/cache-changed', changedHits(after).length, undefined, { n: after.checked.length, direction: 'lower' });
  return metrics;
}
