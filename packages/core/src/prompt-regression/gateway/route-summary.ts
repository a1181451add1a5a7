// Routes of both sides, put beside each other: how good, how quick and how dear each was with what it was given.
import { boundedInterval, clopperPearson } from '../../statistics/index.ts';
import type { CacheCheck } from './cache-check.ts';
import { cacheRoute, type RouteNumbers, type RouteTally } from './route-tally.ts';

export interface RouteStats {
  readonly answers: number;
  /** Share of answers that passed, 0 … 1, each case weighing the same. */
  readonly passRate: number;
  /** Two-sided at 95 %; whole cases, not repeats, are what is counted. */
  readonly low: number;
  readonly high: number;
  readonly latencyMs: number | undefined;
  /** USD, mean of an answer. */
  readonly costUsd: number | undefined;
}

export interface RouteSummary {
  readonly name: string;
  readonly after?: RouteStats;
  readonly before?: RouteStats;
}

export interface SideRoutes {
  readonly answers: number;
  readonly fallbacks: number;
  readonly retries: number;
  readonly cacheOff: number;
  readonly hits: number;
  readonly semanticHits: number;
  /** Of the answers that no cache gave; undefined where no cheap model can be named. */
  readonly cheapShare: number | undefined;
  /** Hits that were asked again past the cache. */
  readonly checked: readonly CacheCheck[];
  /** Who answered, by the case's id and repeat. */
  readonly taken: ReadonlyMap<string, readonly string[]>;
}

export interface GatewayRoutes {
  readonly routes: readonly RouteSummary[];
  /** The route with the lowest mean cost, where two or more have one. */
  readonly cheap: string | undefined;
  readonly after: SideRoutes;
  readonly before?: SideRoutes;
}

export interface SideTally {
  readonly tally: RouteTally;
  readonly checked: readonly CacheCheck[];
}

export function summariseRoutes(after: SideTally, before: SideTally | undefined): GatewayRoutes {
  const tallies = [after.tally, ...(before === undefined ? [] : [before.tally])];
  const several = new Set(
    tallies.flatMap((tally) => [...tally.deployments()].flatMap(([model, ids]) => (ids.size > 1 ? [model] : []))),
  );
  const now = after.tally.routes(several);
  const old = before?.tally.routes(several) ?? new Map<string, RouteNumbers>();
  const names = [...new Set([...now.keys(), ...old.keys()])].toSorted(byName);
  const cheap = cheapest(names, [now, old]);
  return {
    routes: names.map((name) => {
      const [is, was] = [now.get(name), old.get(name)];
      return {
        name,
        ...(is !== undefined && { after: statsOf(is) }),
        ...(was !== undefined && { before: statsOf(was) }),
      };
    }),
    cheap,
    after: sideOf(after, now, cheap),
    ...(before !== undefined && { before: sideOf(before, old, cheap) }),
  };
}

const byName = (a: string, b: string): number =>
  a === cacheRoute ? 1 : b === cacheRoute ? -1 : a < b ? -1 : a > b ? 1 : 0;

function cheapest(names: readonly string[], sides: readonly ReadonlyMap<string, RouteNumbers>[]): string | undefined {
  const prices = names
    .filter((name) => name !== cacheRoute)
    .flatMap((name) => {
      const numbers = sides.flatMap((side) => side.get(name) ?? []);
      const costed = numbers.reduce((sum, each) => sum + each.costed, 0);
      const cost = numbers.reduce((sum, each) => sum + each.costUsd, 0);
      return costed === 0 ? [] : [{ name, price: cost / costed }];
    })
    .toSorted((a, b) => a.price - b.price);
  const [first, second] = prices;
  return first !== undefined && second !== undefined && first.price < second.price ? first.name : undefined;
}

function sideOf(
  { tally, checked }: SideTally,
  routes: ReadonlyMap<string, RouteNumbers>,
  cheap: string | undefined,
): SideRoutes {
  const routed = tally.answers - tally.hits.length;
  return {
    answers: tally.answers,
    fallbacks: tally.fallbacks,
    retries: tally.retries,
    cacheOff: tally.cacheOff,
    hits: tally.hits.length,
    semanticHits: tally.hits.filter(({ semantic }) => semantic).length,
    cheapShare: cheap === undefined || routed === 0 ? undefined : (routes.get(cheap)?.answers ?? 0) / routed,
    checked,
    taken: tally.taken,
  };
}

function statsOf(numbers: RouteNumbers): RouteStats {
  const rates = [...numbers.cases.values()].map(({ n, passed }) => passed / n);
  const passRate = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const sorted = numbers.latencies.toSorted((a, b) => a - b);
  return {
    answers: numbers.answers,
    passRate,
    ...intervalOf(rates),
    latencyMs: sorted[Math.max(0, Math.ceil(sorted.length / 2) - 1)],
    costUsd: numbers.costed === 0 ? undefined : numbers.costUsd / numbers.costed,
  };
}

/** Exact for whole cases; where repeats of a case differ, that of a mean between 0 and 1. */
function intervalOf(rates: readonly number[]): { readonly low: number; readonly high: number } {
  if (rates.every((rate) => rate === 0 || rate === 1))
    return clopperPearson(rates.filter((rate) => rate === 1).length, rates.length, 0.025);
  const { low, high } = boundedInterval(rates, 0.025);
  return { low: Math.max(0, low), high: Math.min(1, high) };
}
