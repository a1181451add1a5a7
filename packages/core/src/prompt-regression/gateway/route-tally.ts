// What is kept of a column's answers by the way that a gateway took: numbers, and which answers no model gave.
import type { ModelReply } from '../../ports/model-provider.ts';
import type { EvalRow } from '../eval-row.ts';
import { isFailure } from '../ask.ts';

/** An answer that came from the gateway's cache. */
export interface CacheHit {
  readonly item: number;
  readonly repeat: number;
  readonly semantic: boolean;
  readonly pass: boolean;
  readonly text: string;
}

/** The name of the route that no model is on. */
export const cacheRoute = 'cache';

export class RouteNumbers {
  answers = 0;
  readonly latencies: number[] = [];
  costUsd = 0;
  costed = 0;
  /** By case: repeats of a case are no evidence of their own. */
  readonly cases = new Map<number, { n: number; passed: number }>();

  add(item: number, pass: boolean, { latencyMs, costUsd }: Pick<ModelReply, 'latencyMs' | 'costUsd'>): void {
    this.answers += 1;
    if (latencyMs !== undefined) this.latencies.push(latencyMs);
    if (costUsd !== undefined) {
      this.costUsd += costUsd;
      this.costed += 1;
    }
    const of = this.cases.get(item) ?? { n: 0, passed: 0 };
    of.n += 1;
    of.passed += Number(pass);
    this.cases.set(item, of);
  }

  merge(other: RouteNumbers): void {
    this.answers += other.answers;
    this.costUsd += other.costUsd;
    this.costed += other.costed;
    for (const latency of other.latencies) this.latencies.push(latency);
    for (const [item, { n, passed }] of other.cases) {
      const of = this.cases.get(item) ?? { n: 0, passed: 0 };
      this.cases.set(item, { n: of.n + n, passed: of.passed + passed });
    }
  }
}

interface Way {
  readonly model: string;
  readonly deployment: string | undefined;
  readonly numbers: RouteNumbers;
}

export class RouteTally {
  answers = 0;
  /** Answers that took one fallback or more. */
  fallbacks = 0;
  retries = 0;
  /** Answers of a gateway that says it keeps none. */
  cacheOff = 0;
  readonly hits: CacheHit[] = [];
  readonly cache = new RouteNumbers();
  /** Who answered, by the case's id and repeat; `cache` where nobody did. */
  readonly taken = new Map<string, string[]>();
  readonly #ways = new Map<string, Way>();

  /** @param asked the model that was asked for, where the gateway does not say who answered */
  add({ item, itemIndex, repeat, answer, scored }: EvalRow, asked: string): void {
    if (isFailure(answer) || scored.score.error !== undefined) return;
    const { route = {} } = answer;
    const { pass } = scored.score;
    this.answers += 1;
    if ((route.fallbacks ?? 0) > 0) this.fallbacks += 1;
    this.retries += route.retries ?? 0;
    if (route.cache === 'off') this.cacheOff += 1;
    const cached = route.cache === 'hit' || route.cache === 'semantic-hit';
    const model = route.model ?? asked;
    const taken = this.taken.get(item.id) ?? [];
    taken[repeat] = cached ? cacheRoute : model;
    this.taken.set(item.id, taken);
    if (cached) {
      this.cache.add(itemIndex, pass, answer);
      this.hits.push({
        item: itemIndex,
        repeat,
        semantic: route.cache === 'semantic-hit',
        pass,
        text: scored.answer.text,
      });
      return;
    }
    const key = `${model}\n${route.deployment ?? ''}`;
    let way = this.#ways.get(key);
    if (way === undefined) {
      way = { model, deployment: route.deployment, numbers: new RouteNumbers() };
      this.#ways.set(key, way);
    }
    way.numbers.add(itemIndex, pass, answer);
  }

  /** Models that answered, with the ids of their entries. */
  deployments(): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>();
    for (const { model, deployment } of this.#ways.values())
      found.set(model, (found.get(model) ?? new Set()).add(deployment ?? ''));
    return found;
  }

  /** @param severalOf models that some side has several entries of */
  routes(severalOf: ReadonlySet<string>): ReadonlyMap<string, RouteNumbers> {
    const routes = new Map<string, RouteNumbers>();
    for (const { model, deployment, numbers } of this.#ways.values()) {
      const name = nameOf(model, deployment, severalOf.has(model));
      const known = routes.get(name) ?? new RouteNumbers();
      known.merge(numbers);
      routes.set(name, known);
    }
    if (this.cache.answers > 0) routes.set(cacheRoute, this.cache);
    return routes;
  }
}

/** An id that somebody wrote is a name; one that the gateway made of the settings, or a place, changes with them. */
function nameOf(model: string, deployment: string | undefined, several: boolean): string {
  if (deployment === undefined) return model;
  const made = /^[0-9a-f]{32,}$|^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(deployment);
  const place = /^config\.?(.*)$/.exec(deployment)?.[1];
  if (place !== undefined) return several && place !== '' ? `${model} (${place})` : model;
  if (!made) return deployment === model ? model : `${model} (${deployment})`;
  return several ? `${model} #${deployment.slice(0, 4)}` : model;
}
