// Made-up worlds for simulations: a label, a signal behind it, and two classifiers that see the signal through noise.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { GatePolicy } from '@pawl/core';
import { predictedClasses, type Arm, type Sample } from '@pawl/core/eval-gate';

/** Rows of a world in which the baseline sees the signal with noise `before`, the candidate with noise `after`. */
export function drawWorld(n: number, seed: number, noise: { before: number; after: number }) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  const labels = new Int32Array(n);
  const [before, after] = [new Float64Array(2 * n), new Float64Array(2 * n)];
  for (let row = 0; row < n; row++) {
    const signal = normal();
    labels[row] = uniform() < logistic(2 * signal - 0.5) ? 1 : 0;
    for (const [values, spread] of [
      [before, noise.before],
      [after, noise.after],
    ] as const) {
      const p = logistic(1.6 * (signal + spread * normal()) - 0.5);
      values[2 * row] = 1 - p;
      values[2 * row + 1] = p;
    }
  }
  const sample: Sample = {
    ids: Array.from(labels, (_, row) => String(row)),
    classes: ['0', '1'],
    labels,
    positive: 1,
    slices: {},
  };
  const arm = (probabilities: Float64Array): Arm => ({
    probabilities,
    predicted: predictedClasses(probabilities, 2, { positive: 1, threshold: 0.5 }),
  });
  return { sample, candidate: arm(after), baseline: arm(before) };
}

export const policyOf = (metrics: Record<string, unknown>, more: Record<string, unknown> = {}): GatePolicy =>
  GatePolicy.parse({
    name: 'm',
    task: 'classification',
    data: { id: 'id', label: 'y' },
    metrics,
    resamples: 200,
    ...more,
  });
