// Made-up worlds in which the truth about two models is known: what the gate's promises are held against.
import { GatePolicy } from '@pawl/core';
import {
  classificationEvidence,
  predictedClasses,
  rankingEvidence,
  regressionEvidence,
  type TaskEvidence,
} from '@pawl/core/eval-gate';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export type Task = 'classification' | 'regression' | 'ranking';

/** How badly each model sees the signal. */
export interface Noise {
  readonly before: number;
  readonly after: number;
}

export interface World {
  readonly task: Task;
  /** Rows, or queries of ten items each. */
  readonly rows: number;
  readonly seed: number;
  readonly noise: Noise;
}

export const policyOf = (task: Task, metrics: Readonly<Record<string, unknown>>): GatePolicy =>
  GatePolicy.parse({
    name: 'made-up',
    task,
    data: { id: 'id', label: 'y', ...(task === 'ranking' && { query: 'q' }) },
    metrics,
  });

/** Both models see one signal, each with errors of its own. */
export function drawWorld(policy: GatePolicy, { task, rows, seed, noise }: World): TaskEvidence {
  const draw = generatorOf(seed);
  if (task === 'classification') return classifiers(policy, { rows, noise, draw });
  return task === 'regression' ? regressions(policy, { rows, noise, draw }) : rankings(policy, { rows, noise, draw });
}

interface Drawing {
  readonly rows: number;
  readonly noise: Noise;
  readonly draw: { uniform(): number; normal(): number };
}

function generatorOf(seed: number): Drawing['draw'] {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const names = (count: number): string[] => Array.from({ length: count }, (_, row) => String(row));

function classifiers(policy: GatePolicy, { rows, noise, draw }: Drawing): TaskEvidence {
  const labels = new Int32Array(rows);
  const [before, after] = [new Float64Array(2 * rows), new Float64Array(2 * rows)];
  for (let row = 0; row < rows; row++) {
    const signal = draw.normal();
    labels[row] = draw.uniform() < logistic(2 * signal - 0.5) ? 1 : 0;
    for (const [values, spread] of [
      [before, noise.before],
      [after, noise.after],
    ] as const) {
      values[2 * row + 1] = logistic(1.6 * (signal + spread * draw.normal()) - 0.5);
      values[2 * row] = 1 - values[2 * row + 1]!;
    }
  }
  const arm = (probabilities: Float64Array) => ({
    probabilities,
    predicted: predictedClasses(probabilities, 2, { positive: 1, threshold: 0.5 }),
  });
  const sample = { ids: names(rows), classes: ['0', '1'], labels, positive: 1, slices: {}, sampling: { rows } };
  return classificationEvidence(policy, sample, { candidate: arm(after), baseline: arm(before) });
}

function regressions(policy: GatePolicy, { rows, noise, draw }: Drawing): TaskEvidence {
  // Away from zero, where a percentage of the truth means something.
  const truth = Float64Array.from({ length: rows }, () => 10 * Math.exp(0.4 * draw.normal()));
  const arm = (spread: number) => ({ predicted: truth.map((value) => value + spread * draw.normal()) });
  const baseline = arm(noise.before);
  const sample = { ids: names(rows), truth, slices: {}, sampling: { rows } };
  return regressionEvidence(policy, sample, { candidate: arm(noise.after), baseline });
}

const itemsEach = 10;

function rankings(policy: GatePolicy, { rows, noise, draw }: Drawing): TaskEvidence {
  const items = rows * itemsEach;
  const worth = Float64Array.from({ length: items }, () => draw.normal());
  // The best two of a query are relevant: a query without any would have no value.
  const relevance = new Float64Array(items);
  const places = Array.from({ length: rows }, (_, query) =>
    Int32Array.from({ length: itemsEach }, (_, item) => query * itemsEach + item),
  );
  for (const place of places) {
    const [best, second] = [...place].sort((a, b) => worth[b]! - worth[a]!);
    relevance[best!] = 2;
    relevance[second!] = 1;
  }
  const arm = (spread: number) => ({ scores: worth.map((value) => value + spread * draw.normal()) });
  const baseline = arm(noise.before);
  const sample = { ids: names(items), relevance, queries: names(rows), items: places, slices: {}, sampling: { rows } };
  return rankingEvidence(policy, sample, { candidate: arm(noise.after), baseline });
}
