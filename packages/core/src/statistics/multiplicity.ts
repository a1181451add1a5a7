// Many p-values at once.

/** Holm's step-down: adjusted p-values that hold the chance of any false alarm. Order is kept. */
export function holm(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = Array.from<number>({ length: pValues.length });
  let running = 0;
  for (const [rank, index] of order.entries()) {
    running = Math.max(running, (pValues.length - rank) * (pValues[index] ?? 1));
    adjusted[index] = Math.min(1, running);
  }
  return adjusted;
}

/** Benjamini and Hochberg's step-up: adjusted p-values that hold the share of false alarms among alarms. */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = Array.from<number>({ length: pValues.length });
  let running = 1;
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const index = order[rank] ?? 0;
    running = Math.min(running, ((pValues[index] ?? 1) * pValues.length) / (rank + 1));
    adjusted[index] = running;
  }
  return adjusted;
}

const ascending = (values: readonly number[]): number[] =>
  values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
