// The Splitter port in memory: compare-and-swap routes, and traffic that a test sends by numbers.
import type { ArmCounts, Route, Splitter } from '../splitter.ts';

export interface FakeSplitter extends Splitter {
  /** Adds to an arm's counts, as requests would. */
  send(name: string, arm: 'stable' | 'canary', counts: { requests: number; errors?: number; slow?: number }): void;
  /** Forgets everything, as a splitter that was started anew. */
  restart(): void;
  /** Weight of every route that was set, in order, in basis points. */
  readonly weights: readonly number[];
  reachable: boolean;
}

interface Entry {
  readonly route: Route;
  readonly etag: string;
  readonly stable: ArmCounts;
  readonly canary: ArmCounts | undefined;
}

const fresh = (version: string): ArmCounts => ({ version, requests: 0, errors: 0, slow: 0, consecutiveErrors: 0 });

export function fakeSplitter(): FakeSplitter {
  const entries = new Map<string, Entry>();
  const weights: number[] = [];
  let changes = 0;
  const reach = (): void => {
    if (!splitter.reachable) throw refusal('SPLITTER_UNREACHABLE', 'The splitter does not answer.');
  };
  const splitter: FakeSplitter = {
    weights,
    reachable: true,
    get: async (name) => {
      reach();
      const entry = entries.get(name);
      return entry && { route: structuredClone(entry.route), etag: entry.etag };
    },
    set: async (name, route, etag) => {
      reach();
      const before = entries.get(name);
      if (before?.etag !== etag) throw refusal('SPLITTER_CONFLICT', 'The route was changed since it was read.');
      changes += 1;
      weights.push(route.canaryWeight);
      const kept = (version: string, counts: ArmCounts | undefined): ArmCounts =>
        counts?.version === version ? counts : fresh(version);
      entries.set(name, {
        route: structuredClone(route),
        etag: String(changes),
        stable: kept(route.stable.version, before?.stable),
        canary: route.canary === undefined ? undefined : kept(route.canary.version, before?.canary),
      });
      return { etag: String(changes) };
    },
    counts: async (name) => {
      reach();
      const entry = entries.get(name);
      if (entry === undefined) throw refusal('SPLITTER_REFUSED', `There is no route ${name}.`);
      return { stable: entry.stable, ...(entry.canary !== undefined && { canary: entry.canary }) };
    },
    send: (name, arm, { requests, errors = 0, slow = 0 }) => {
      const entry = entries.get(name);
      const counts = entry?.[arm];
      if (entry === undefined || counts === undefined) throw new Error(`${name} has no ${arm} arm.`);
      const added = {
        ...counts,
        requests: counts.requests + requests,
        errors: counts.errors + errors,
        slow: counts.slow + slow,
      };
      entries.set(name, { ...entry, [arm]: added });
    },
    restart: () => entries.clear(),
  };
  return splitter;
}

const refusal = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code, hint: 'Look at the splitter.' });
