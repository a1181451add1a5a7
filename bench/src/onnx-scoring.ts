// What it costs to run a model, from columns to probabilities, against ONNX Runtime alone on the same rows: one thread,
// processor time. Trees and texts are what tabular models are made of; a dense network is where WebAssembly, whose
// vectors are 128 bits wide, is furthest from native code. The native runtime is fetched once; without a way to it its
// rows are left out.
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ModelError } from '@pawl/core';
import { findRuntime, onnxScorer, type FoundRuntime } from '@pawl/models';
import { projectRoot } from './project-root.ts';
import { median, type BenchResult } from './result.ts';

export interface ScoringTools {
  readonly folder: string;
  readonly short: boolean;
  /** The numbers a Python script prints; undefined without a Python that can run it. */
  readonly python: (script: string, args: readonly string[]) => readonly number[] | undefined;
  /** Between 0 and 1, the same in every run. */
  readonly chance: () => number;
}

/** At most so long nothing is counted: a busy machine has little time for the compiler. */
const warmUpMilliseconds = 60_000;
const repeats = 5;
const budget = '≤ 1.2 × onnxruntime alone';

export async function scoring(tools: ScoringTools): Promise<readonly BenchResult[]> {
  const rows = tools.short ? 10_000 : 50_000;
  // Native first: beside it, WebAssembly's compiler would still be at work.
  const native = await nativeRuntime();
  return [
    ...(native === undefined ? [] : await bothModels({ ...tools, rows, runtime: native, words: 'native' })),
    ...(await bothModels({ ...tools, rows, runtime: {}, words: 'WebAssembly' })),
  ];
}

interface Measured extends ScoringTools {
  readonly rows: number;
  readonly runtime: FoundRuntime;
}

async function bothModels({ words, ...tools }: Measured & { readonly words: string }): Promise<readonly BenchResult[]> {
  const trees = await oneModel('fixtures/playground/models/flight-delay/good.onnx', tools);
  const network = await oneModel('fixtures/cases/eval-gate/onnx-int8/digits.onnx', tools);
  const many = tools.rows.toLocaleString('en');
  return [
    row(
      `ONNX model (trees, texts) on ${many} rows, columns to probabilities, one thread, ${words}`,
      trees.warm,
      budget,
    ),
    row('the same, with the start of the runtime and the first run', trees.cold),
    // What WebAssembly has no vectors for is what the native runtime is there for.
    row(`ONNX model (dense network) on ${many} rows, ${words}`, network.warm, words === 'native' ? budget : undefined),
  ];
}

async function nativeRuntime(): Promise<FoundRuntime | undefined> {
  const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  try {
    return await findRuntime({
      choice: 'native',
      toolCache: join(caches, 'pawl', 'tools'),
      workspace: projectRoot,
      trust: 'own',
    });
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

interface Pair {
  readonly ours: number;
  readonly peer: number | undefined;
}

const row = (name: string, { ours, peer }: Pair, asked?: string): BenchResult => ({
  name,
  value: ours,
  unit: 'ms CPU',
  ...(peer !== undefined && { peer: { name: 'onnxruntime', value: peer }, ratio: ours / peer }),
  ...(asked !== undefined && { budget: asked }),
});

async function oneModel(
  model: string,
  { folder, rows, runtime, python, chance }: Measured,
): Promise<{ readonly cold: Pair; readonly warm: Pair }> {
  const path = join(projectRoot, model);
  const bytes = new Uint8Array(await readFile(path));
  const start = process.cpuUsage();
  const loaded = await onnxScorer(runtime).load(bytes, model);
  const places = ['ATL', 'ORD', 'DFW', 'LAX', 'HNL'];
  const loading = milliseconds(start);
  const columns: Readonly<Record<string, string[] | Float32Array | Float64Array>> = Object.fromEntries(
    loaded.signature.inputs.map(({ name, type, width = 1 }) => {
      const length = rows * width;
      if (type === 'string') return [name, Array.from({ length }, () => places[Math.floor(chance() * places.length)]!)];
      // As the gate reads them: several columns side by side in the model's own precision, one alone as it is.
      const values = width > 1 && type === 'float32' ? new Float32Array(length) : new Float64Array(length);
      return [name, values.map(() => Math.floor(chance() * 17))];
    }),
  );
  const timed = async (): Promise<number> => {
    const started = process.cpuUsage();
    await loaded.score(columns, rows);
    return milliseconds(started);
  };
  const cold = loading + (await timed());
  await settled(timed);
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) times.push(await timed());
  await loaded.close();
  const file = join(folder, 'columns.json');
  const plain = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]]));
  await writeFile(file, JSON.stringify({ rows, columns: plain }));
  const [peerCold, peerWarm] = python(peerScript, [path, file]) ?? [];
  return { cold: { ours: cold, peer: peerCold }, warm: { ours: median(times), peer: peerWarm } };
}

/** WebAssembly is compiled better while it runs, in threads of their own; until they have little to do, nothing is counted. */
async function settled(timed: () => Promise<number>): Promise<void> {
  const started = performance.now();
  for (let quiet = 0; quiet < 5 && performance.now() - started < warmUpMilliseconds;) {
    const before = process.threadCpuUsage();
    const all = await timed();
    const { user, system } = process.threadCpuUsage(before);
    quiet = all - (user + system) / 1000 < 0.1 * all ? quiet + 1 : 0;
  }
}

const milliseconds = (started: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
};

const peerScript = `import sys, time, json, numpy as np
d = json.load(open(sys.argv[2]))
kinds = {"tensor(float)": np.float32, "tensor(string)": object, "tensor(int64)": np.int64, "tensor(double)": np.float64}
t = time.process_time()
import onnxruntime as ort
o = ort.SessionOptions(); o.intra_op_num_threads = 1
s = ort.InferenceSession(sys.argv[1], o, providers=["CPUExecutionProvider"])
cold = time.process_time() - t
f = {i.name: np.array(d["columns"][i.name]).astype(kinds[i.type]).reshape(d["rows"], -1) for i in s.get_inputs()}
times = []
for _ in range(${repeats + 1}):
    t = time.process_time(); s.run(["probabilities"], f); times.append(1000 * (time.process_time() - t))
print(1000 * cold + times[0], sorted(times[1:])[${repeats >> 1}])`;
