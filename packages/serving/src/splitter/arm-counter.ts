// What became of one arm's requests.
import type { ArmCounts } from '@pawl/core';
import { latencySketch } from './latency-sketch.ts';

/** `failed`: a 5xx answer, a time-out, a broken connection, an error inside a stream. `cancelled`: the client went away. */
export type RequestOutcome = 'answered' | 'failed' | 'cancelled';

export interface ArmCounter {
  readonly version: string;
  record(outcome: RequestOutcome, milliseconds: number, objectiveMs: number | undefined): void;
  counts(): ArmCounts;
}

export function armCounter(version: string): ArmCounter {
  const sketch = latencySketch();
  let requests = 0;
  let errors = 0;
  let slow = 0;
  let consecutiveErrors = 0;
  return {
    version,
    record: (outcome, milliseconds, objectiveMs) => {
      requests += 1;
      // Someone who gave up after the objective waited too long; before it, the version did nothing wrong.
      if (objectiveMs !== undefined && milliseconds > objectiveMs) slow += 1;
      sketch.add(milliseconds);
      if (outcome === 'failed') {
        errors += 1;
        consecutiveErrors += 1;
      } else if (outcome === 'answered') consecutiveErrors = 0;
    },
    counts: () => {
      const p50 = sketch.quantile(0.5);
      const p95 = sketch.quantile(0.95);
      return {
        version,
        requests,
        errors,
        slow,
        consecutiveErrors,
        ...(p50 !== undefined && { p50 }),
        ...(p95 !== undefined && { p95 }),
      };
    },
  };
}
