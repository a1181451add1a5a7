// Which arm answers: by chance, or by a header's hash so that one user always meets the same version.
import { createHash } from 'node:crypto';
import type { Route } from '@pawl/core';

/** Uniform numbers in 0 … 1 from a seed (mulberry32): seeded, so that a test can replay the split. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * @param key value of the sticky header, when the route has one and the request carries it. A user who met the
 *   canary at a small weight meets it at every larger one.
 */
export function choosesCanary(name: string, route: Route, key: string | undefined, random: () => number): boolean {
  if (route.canary === undefined || route.canaryWeight <= 0) return false;
  if (route.canaryWeight >= 10_000) return true;
  const point = key === undefined ? random() * 10_000 : bucketOf(`${name}\0${key}`);
  return point < route.canaryWeight;
}

const bucketOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0) % 10_000;
