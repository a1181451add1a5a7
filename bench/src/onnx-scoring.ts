// What it costs to run a model, from columns to probabilities, against ONNX Runtime alone on the same rows: one thread,
// processor time. Trees and texts are what tabular models are made of; a dense network is where WebAssembly, whose
// vectors are 128 bits wide, is furthest from native code.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onnxScorer } from '@pawl/models';
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
  const trees = await oneModel('fixtures/playground/models/flight-delay/good.onnx', { ...tools, rows });
  const network = await oneModel('fixtures/cases/eval-gate/onnx-int8/digits.onnx', { ...tools, rows });
  const many = rows.toLocaleString('en');
  return [
    row(`ONNX model (trees, texts) on ${many} rows, columns to probabilities, one thread`, trees.warm, budget),
    row(`the same, with the start of the runtime and the first run`, trees.cold),
    row(`ONNX model (dense network) on ${many} rows`, network.warm),
  ];
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
  { folder, rows, python, chance }: ScoringTools & { readonly rows: number },
): Promise<{ readonly cold: Pair; readonly warm: Pair }> {
  const path = join(projectRoot, model);
  const bytes = new Uint8Array(await readFile(path));
  const start = process.cpuUsage();
  const loaded = await onnxScorer().load(bytes, model);
  const places = ['ATL', 'ORD', 'DFW', 'LAX', 'HNL'];
  const loading = milliseconds(start);
  const columns = Object.fromEntries(
    loaded.signature.inputs.map(({ name, type, width = 1 }) => [
      name,
      type === 'string'
        ? Array.from({ length: rows * width }, () => places[Math.floor(chance() * places.length)]!)
        : Float64Array.from({ length: rows * width }, () => Math.floor(chance() * 17)),
    ]),
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
