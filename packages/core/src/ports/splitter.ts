// Divides requests between a stable and a canary arm, and counts what became of them.
import type { Endpoint } from './deploy-target.ts';

export interface Route {
  readonly stable: { readonly version: string; readonly endpoint: Endpoint };
  readonly canary?: { readonly version: string; readonly endpoint: Endpoint };
  /** Share of requests for the canary, in basis points: 0 … 10000. */
  readonly canaryWeight: number;
  /** Milliseconds; a request that takes longer counts as slow. Without it none does. */
  readonly objectiveMs?: number;
  /** Header whose value decides the arm, so that one user always meets the same version. */
  readonly sticky?: string;
}

/** Cumulative since the route's arm was set. */
export interface ArmCounts {
  readonly version: string;
  readonly requests: number;
  /** 5xx answers, time-outs, broken connections, errors inside a stream. */
  readonly errors: number;
  /** Slower than the route's latency objective. */
  readonly slow: number;
  /** Errors since the last request that went well. */
  readonly consecutiveErrors?: number;
  /** Milliseconds. */
  readonly p50?: number;
  readonly p95?: number;
}

export interface Splitter {
  get(name: string): Promise<{ readonly route: Route; readonly etag: string } | undefined>;
  /** Compare-and-swap. @throws SplitterError when another hand changed the route since `etag` was read */
  set(name: string, route: Route, etag?: string): Promise<{ readonly etag: string }>;
  counts(name: string): Promise<{ readonly stable: ArmCounts; readonly canary?: ArmCounts }>;
}
