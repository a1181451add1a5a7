// Quantiles of latencies in bounded memory: logarithmic buckets, as in DDSketch (Masson et al., VLDB 2019).

/** Neighbouring buckets differ by 2 %, so a quantile is at most 1 % off. */
const growth = Math.log(1.02);
const smallest = 0.05;
/** Reaches ten minutes. */
const size = Math.ceil(Math.log(600_000 / smallest) / growth) + 1;

export interface LatencySketch {
  add(milliseconds: number): void;
  /** @param q 0 … 1. @returns milliseconds, or undefined before the first */
  quantile(q: number): number | undefined;
}

export function latencySketch(): LatencySketch {
  const buckets = new Uint32Array(size);
  let count = 0;
  return {
    add: (milliseconds) => {
      const index = Math.ceil(Math.log(Math.max(milliseconds, smallest) / smallest) / growth);
      buckets[Math.min(size - 1, index)]! += 1;
      count += 1;
    },
    quantile: (q) => {
      if (count === 0) return undefined;
      const rank = Math.max(1, Math.ceil(q * count));
      let seen = 0;
      for (let index = 0; index < size; index++) {
        seen += buckets[index] ?? 0;
        if (seen >= rank) return smallest * Math.exp((index - 0.5) * growth);
      }
      return undefined;
    },
  };
}
