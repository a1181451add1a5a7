// What a use case is told about its own execution, made up: fixed times, counted ids, a hash that is quick.
import type { RunContext } from '../../formats/run-context.ts';
import { makeUlid } from '../../formats/ulid.ts';
import type { Clock, IdSource } from '../clock.ts';

/** Starts at 2026-01-01T00:00:00Z; sleeping moves it and takes no time. */
export function fakeClock(start = 1_767_225_600_000): Clock & { advance(milliseconds: number): void } {
  let now = start;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** ULIDs that count up from the clock's start. */
export function fakeIds(clock: Clock = fakeClock()): IdSource {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return makeUlid(clock.now(), Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, count >> 8, count & 255]));
    },
  };
}

/** FNV-1a spread over 64 hex digits: distinct and stable, but no SHA-256. Tests of digests use the real one. */
export function fakeContext(overrides: Partial<RunContext> = {}): RunContext {
  return {
    runId: fakeIds().next(),
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: () => '2026-01-01T00:00:01.000Z',
    origin: { commit: 'c0ffee'.padEnd(40, '0'), branch: 'main', actor: 'tester' },
    sha256: (data) => `sha256:${fnv(typeof data === 'string' ? new TextEncoder().encode(data) : data)}`,
    progress: () => {},
    ...overrides,
  };
}

function fnv(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, lane) => {
    let hash = 0x811c9dc5 ^ lane;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    return hash.toString(16).padStart(8, '0');
  });
  return words.join('');
}
