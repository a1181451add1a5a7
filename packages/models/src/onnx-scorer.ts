// The model scorer on ONNX Runtime: columns in, probabilities or classes out, a batch at a time.
import { ModelError, type ModelColumns, type ModelScorer, type ModelScores, type ScoredModel } from '@pawl/core';
import { runBatch, type Answer, type Opened } from './onnx-batch.ts';
import type { Buffers } from './onnx-columns.ts';
import { memoryOf } from './onnx-memory.ts';
import type { FoundRuntime } from './onnx-native.ts';
import { loadNativeRuntime, loadRuntime, type Runtime } from './onnx-runtime.ts';
import { openSession } from './onnx-session.ts';

/** Without `native`, WebAssembly scores. */
export interface OnnxScorerOptions extends FoundRuntime {
  /** Path of `ort-wasm-simd-threaded.wasm`. Left out: beside this code, else in the installed package. */
  readonly wasmPath?: string;
  /** Rows given to the model at a time, at most. */
  readonly batchRows?: number;
}

/** Numbers in one batch, at most: models of thousands of features get fewer rows at a time, not gigabytes. */
const batchValues = 2 ** 22;

export function onnxScorer({ wasmPath, native, note, batchRows = 4096 }: OnnxScorerOptions = {}): ModelScorer {
  let loading: Promise<Runtime> | undefined;
  const runtime = (name: string): Promise<Runtime> =>
    (loading ??= native === undefined ? loadRuntime(wasmPath, name) : loadNativeRuntime(native, name));
  return {
    load: async (model, name) => {
      const loaded = await runtime(name);
      return scored({ ...(await openSession(loaded, model, name)), runtime: loaded }, batchRows);
    },
    memory: (model, name, sample) =>
      memoryOf({
        model,
        name,
        sample,
        options: { ...(wasmPath !== undefined && { wasmPath }), ...(native !== undefined && { native }) },
        module: import.meta.url,
      }),
    runtime: async () => ({ ...(await runtime('the model')).about, ...(note !== undefined && { note }) }),
  };
}

function scored(opened: Opened, batchRows: number): ScoredModel {
  return {
    signature: opened.signature,
    score: async (columns, rows, progress) => {
      const found = collector(opened, rows);
      for await (const { from, answer } of batches(opened, { columns, rows, batchRows })) {
        found.add(from, answer);
        progress?.(from + answer.data.length / answer.width);
      }
      return found.scores();
    },
    time: async (columns, rows) => {
      let milliseconds = 0;
      for await (const { answer } of batches(opened, { columns, rows, batchRows: rows }))
        milliseconds += answer.milliseconds;
      return milliseconds;
    },
    close: () => opened.session.release(),
  };
}

interface Job {
  readonly columns: ModelColumns;
  readonly rows: number;
  readonly batchRows: number;
}

async function* batches(
  opened: Opened,
  { columns, rows, batchRows }: Job,
): AsyncGenerator<{ readonly from: number; readonly answer: Answer }> {
  const perRow = Object.values(columns).reduce((sum, column) => sum + column.length / rows, 0);
  const size = opened.fixedRows ?? Math.min(batchRows, Math.max(1, Math.floor(batchValues / perRow)));
  const buffers: Buffers = new Map();
  for (let from = 0; from < rows; from += size)
    yield {
      from,
      answer: await runBatch(opened, columns, { from, count: Math.min(size, rows - from), rows, buffers }),
    };
}

/** Puts the answers of the batches together. */
function collector({ outputs, file }: Opened, rows: number) {
  const labels: string[] = [];
  let probabilities = new Float64Array(0);
  let width: number | undefined;
  return {
    add(from: number, answer: Answer): void {
      if (outputs.label !== undefined) {
        for (let index = 0; index < answer.data.length; index++) labels.push(String(answer.data[index]));
        return;
      }
      if (width !== undefined && answer.width !== width) {
        throw new ModelError(
          'MODEL_OUTPUT',
          `${file} gives ${width} numbers for some rows and ${answer.width} for others.`,
          {
            file,
            hint: 'Every row must get as many numbers.',
          },
        );
      }
      const values = answer.data as ArrayLike<number>;
      width ??= answer.width;
      // One column is the positive class's probability; the other class has the rest.
      if (probabilities.length === 0) probabilities = new Float64Array(rows * Math.max(2, width));
      if (width > 1) probabilities.set(values, from * width);
      else {
        for (let row = 0; row < values.length; row++) {
          probabilities[(from + row) * 2] = 1 - values[row]!;
          probabilities[(from + row) * 2 + 1] = values[row]!;
        }
      }
    },
    scores: (): ModelScores => {
      if (outputs.label !== undefined) return { probabilities, classes: 0, labels };
      // A single number that is not called a probability may as well be what a regression predicts.
      const number = width === 1 && !/prob/i.test(outputs.probabilities ?? '');
      const values = number ? Float64Array.from({ length: rows }, (_, row) => probabilities[row * 2 + 1]!) : undefined;
      return { probabilities, classes: Math.max(2, width ?? 0), ...(values !== undefined && { values }) };
    },
  };
}
