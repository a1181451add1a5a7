// The routes and their counters. Changes are compare-and-swap: two rollouts cannot overwrite each other unseen.
import type { ArmCounts, Route } from '@pawl/core';
import { armCounter, type ArmCounter } from './arm-counter.ts';

export interface RouteEntry {
  readonly route: Route;
  readonly etag: string;
  readonly stable: ArmCounter;
  readonly canary?: ArmCounter;
}

export interface RouteTable {
  get(name: string): RouteEntry | undefined;
  names(): readonly string[];
  /** @param expected the etag that was read, or undefined for "there is none yet". @returns undefined on a conflict */
  set(name: string, route: Route, expected: string | undefined): RouteEntry | undefined;
  counts(name: string): { readonly stable: ArmCounts; readonly canary?: ArmCounts } | undefined;
}

export function routeTable(): RouteTable {
  const entries = new Map<string, RouteEntry>();
  let changes = 0;
  // Part of every etag, so that one read before a restart never matches after it.
  const epoch = Date.now().toString(36);
  return {
    get: (name) => entries.get(name),
    names: () => [...entries.keys()].toSorted(),
    set: (name, route, expected) => {
      const before = entries.get(name);
      if (before?.etag !== expected) return undefined;
      changes += 1;
      const entry: RouteEntry = {
        route,
        etag: `"${epoch}-${changes}"`,
        stable: counterFor(route.stable.version, before?.stable),
        ...(route.canary !== undefined && { canary: counterFor(route.canary.version, before?.canary) }),
      };
      entries.set(name, entry);
      return entry;
    },
    counts: (name) => {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      return { stable: entry.stable.counts(), ...(entry.canary !== undefined && { canary: entry.canary.counts() }) };
    },
  };
}

/** An arm keeps its counts as long as it serves the same version: a changed weight does not forget. */
const counterFor = (version: string, before: ArmCounter | undefined): ArmCounter =>
  before?.version === version ? before : armCounter(version);

/** A route as it came over the wire, checked; or what is wrong with it. */
export function readRoute(value: unknown): { route: Route } | { problem: string } {
  if (!isRecord(value)) return { problem: 'the body is no JSON object' };
  const stable = readArm(value['stable']);
  if (stable === undefined) return { problem: '"stable" needs a version and an endpoint with an http address' };
  const canary = value['canary'] === undefined ? undefined : readArm(value['canary']);
  if (value['canary'] !== undefined && canary === undefined) {
    return { problem: '"canary" needs a version and an endpoint with an http address' };
  }
  const { canaryWeight: weight, objectiveMs, sticky } = value;
  if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0 || weight > 10_000) {
    return { problem: '"canaryWeight" must be a whole number of basis points, 0 to 10000' };
  }
  if (weight > 0 && canary === undefined) return { problem: 'there is a "canaryWeight" but no "canary"' };
  return {
    route: {
      stable,
      ...(canary !== undefined && { canary }),
      canaryWeight: weight,
      ...(typeof objectiveMs === 'number' && objectiveMs > 0 && { objectiveMs }),
      ...(typeof sticky === 'string' && /^[A-Za-z0-9-]+$/.test(sticky) && { sticky: sticky.toLowerCase() }),
    },
  };
}

function readArm(value: unknown): Route['stable'] | undefined {
  if (!isRecord(value) || !isRecord(value['endpoint'])) return undefined;
  const { version } = value;
  const { url, path, model } = value['endpoint'];
  if (typeof version !== 'string' || typeof url !== 'string' || !/^https?:$/.test(protocolOf(url))) return undefined;
  return {
    version,
    endpoint: {
      url,
      ...(typeof path === 'string' && path.startsWith('/') && { path }),
      ...(typeof model === 'string' && { model }),
    },
  };
}

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '');
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
