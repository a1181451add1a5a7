// What a verdict on a model costs: many rows, many resamples, and the model itself. Both sides run on one thread and
// are timed in processor time, which a busy machine does not change much.
// PAWL_BENCH_PYTHON names a Python with SciPy and onnxruntime: the peers, run on the same data in the same run.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassificationMetric } from '@pawl/core';
import { differencesOf, measure, predictedClasses, type Arm, type Sample } from '@pawl/core/eval-gate';
import { idealEstimate } from '@pawl/core/statistics';
import { scoring } from './onnx-scoring.ts';
import type { BenchResult } from './result.ts';

export async function run({ short }: { readonly short: boolean }): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-gate-'));
  const chance = chances(11);
  try {
    return [
      manyRows(short ? 200_000 : 1_000_000),
      await manyResamples(folder, short),
      ...(await scoring({ folder, short, python, chance: () => chance.next().value })),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const secondsSince = (started: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
};

/** The same numbers in every run, of any size. */
function* chances(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield (state + 0.5) / 2 ** 32;
  }
}

/** With two classes the true one is always among two. */
const metrics = ClassificationMetric.options.filter((name) => name !== 'top-k');

function manyRows(rows: number): BenchResult {
  const { sample, candidate, baseline } = flights(rows);
  const started = process.cpuUsage();
  for (const name of metrics) {
    measure(name, sample, candidate);
    measure(name, sample, baseline);
  }
  differencesOf({ sample, candidate, baseline }, metrics, { intervals: 'auto', resamples: 2000, seed: 1 });
  const seconds = secondsSince(started);
  const count = metrics.length;
  return {
    name: `${rows.toLocaleString('en')} rows, ${count} metrics of both models with intervals`,
    value: seconds,
    unit: 's CPU',
    budget: '≤ 10 s at 1,000,000 rows',
  };
}

function flights(rows: number): { sample: Sample; candidate: Arm; baseline: Arm } {
  const chance = chances(7);
  const draw = (): number => chance.next().value;
  const labels = new Int32Array(rows);
  const [a, b] = [new Float64Array(2 * rows), new Float64Array(2 * rows)];
  for (let row = 0; row < rows; row++) {
    const signal = 4 * draw() - 2;
    labels[row] = draw() < 1 / (1 + Math.exp(-2 * signal)) ? 1 : 0;
    for (const values of [a, b]) {
      values[2 * row + 1] = 1 / (1 + Math.exp(-2 * (signal + draw() - 0.5)));
      values[2 * row] = 1 - values[2 * row + 1]!;
    }
  }
  const arm = (probabilities: Float64Array): Arm => ({
    probabilities,
    predicted: predictedClasses(probabilities, 2, { positive: 1, threshold: 0.5 }),
  });
  const ids = Array.from({ length: rows }, (_, row) => String(row));
  return { sample: { ids, classes: ['0', '1'], labels, positive: 1, slices: {} }, candidate: arm(a), baseline: arm(b) };
}

/** BCa of a paired mean: 20,000 rows, 10,000 resamples. */
async function manyResamples(folder: string, short: boolean): Promise<BenchResult> {
  const [rows, resamples] = [20_000, short ? 2000 : 10_000];
  const chance = chances(3);
  const values = Float64Array.from({ length: rows }, () => chance.next().value ** 3 - chance.next().value);
  const started = process.cpuUsage();
  if (idealEstimate(values, 'bca') === undefined) throw new Error('no interval');
  const seconds = secondsSince(started);
  const file = join(folder, 'values.f64');
  await writeFile(file, values);
  const [peer] =
    python(
      `import sys, time, numpy as np
from scipy.stats import bootstrap
d = np.fromfile(sys.argv[1])
t = time.process_time()
bootstrap((d,), np.mean, n_resamples=${resamples}, method="BCa", confidence_level=0.9, batch=200, rng=np.random.default_rng(5))
print(time.process_time() - t)`,
      [file],
    ) ?? [];
  return {
    name: `BCa interval of ${rows.toLocaleString('en')} rows, all resamples at once against ${resamples.toLocaleString('en')}`,
    value: seconds,
    unit: 's CPU',
    ...(peer !== undefined && { peer: { name: 'SciPy bootstrap', value: peer }, ratio: peer / seconds }),
    budget: "≥ 10 × SciPy's speed",
  };
}

/** The numbers a Python script prints; undefined without a Python that can run it. */
function python(script: string, args: readonly string[]): number[] | undefined {
  const executable = process.env.PAWL_BENCH_PYTHON;
  if (executable === undefined) return undefined;
  const { stdout, status } = spawnSync(executable, ['-c', script, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(/\s+/).map(Number) : undefined;
}
