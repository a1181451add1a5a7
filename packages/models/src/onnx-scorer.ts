// The model scorer on ONNX Runtime's WebAssembly build: the same bytes on every machine, nothing native to install.
//
// A bundler imports `onnxruntime-web/wasm` (its glue is inside that entry) and copies one file,
// `onnxruntime-web/ort-wasm-simd-threaded.wasm`, beside the chunk that holds this code. The runtime is loaded
// when the first model is; whoever scores nothing pays nothing. One thread: measured, a second one only costs
// (docs/decisions/2026-11-21-onnx-runtime.md), and it would need a worker file of its own.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ModelError, type ModelScorer, type ModelSignature, type ScoredModel } from '@pawl/core';
import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { columnTensorData, inputType } from './onnx-columns.ts';

type Runtime = typeof import('onnxruntime-web/wasm');

export interface OnnxScorerOptions {
  /** Path of `ort-wasm-simd-threaded.wasm`. Left out: beside this code, else in the installed package. */
  readonly wasmPath?: string;
  /** Rows given to the model at a time. */
  readonly batchRows?: number;
}

const wasmFile = 'ort-wasm-simd-threaded.wasm';

export function onnxScorer({ wasmPath, batchRows = 4096 }: OnnxScorerOptions = {}): ModelScorer {
  let runtime: Promise<Runtime> | undefined;
  return {
    load: async (model, name) => {
      runtime ??= loadRuntime(wasmPath, name);
      return openModel(await runtime, model, { name, batchRows });
    },
  };
}

async function loadRuntime(wasmPath: string | undefined, file: string): Promise<Runtime> {
  try {
    const runtime = await import('onnxruntime-web/wasm');
    runtime.env.wasm.numThreads = 1;
    runtime.env.logLevel = 'fatal';
    runtime.env.wasm.wasmBinary = await readFile(wasmPath ?? findWasm());
    return runtime;
  } catch (cause) {
    throw new ModelError('MODEL_RUNTIME_MISSING', `ONNX Runtime cannot be loaded: ${messageOf(cause)}`, {
      file,
      hint: `The file ${wasmFile} must lie beside Pawl's own code; install or build it again.`,
      cause,
    });
  }
}

function findWasm(): string {
  const beside = fileURLToPath(new URL(wasmFile, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`onnxruntime-web/${wasmFile}`);
}

interface Setting {
  readonly name: string;
  readonly batchRows: number;
}

async function openModel(runtime: Runtime, model: Uint8Array, setting: Setting): Promise<ScoredModel> {
  const session = await createSession(runtime, model, setting.name);
  const outputs = chooseOutputs(session, setting.name);
  const signature = signatureOf(session, setting.name);
  return {
    signature,
    score: (columns, rows) => scoreAll({ runtime, session, outputs, signature, setting }, columns, rows),
    close: () => session.release(),
  };
}

async function createSession(runtime: Runtime, model: Uint8Array, file: string): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(model, { executionProviders: ['wasm'], logSeverityLevel: 4 });
  } catch (cause) {
    const reason = messageOf(cause);
    if (/No Op registered|not a registered function|NOT_IMPLEMENTED|ERROR_CODE: 9/i.test(reason)) {
      throw new ModelError(
        'MODEL_OPERATOR_UNKNOWN',
        `${file} uses an operator that ONNX Runtime does not have: ${reason}`,
        {
          file,
          hint: 'Export the model with standard operators (opset 21 or lower), or give its predictions instead.',
          cause,
        },
      );
    }
    throw new ModelError('MODEL_INVALID', `${file} is no whole ONNX model: ${reason}`, {
      file,
      hint: 'Export it again; a truncated download or a Git LFS pointer looks like this.',
      cause,
    });
  }
}

function signatureOf(session: InferenceSession, file: string): ModelSignature {
  return {
    inputs: session.inputMetadata.map((input) => {
      const type = input.isTensor ? inputType(input.type) : undefined;
      if (!input.isTensor || type === undefined) {
        throw new ModelError(
          'MODEL_INPUT',
          `The input "${input.name}" of ${file} has a type that no column can fill.`,
          {
            file,
            hint: 'Inputs may be float32, float64, int32, int64, bool or string tensors.',
          },
        );
      }
      const width = widthOf(input.shape);
      return { name: input.name, type, ...(width !== undefined && { width }) };
    }),
    outputs: session.outputNames,
  };
}

/** Features in one row: 1 for `[N]` and `[N, 1]`, k for `[N, k]`; undefined where the model leaves it open. */
function widthOf(shape: readonly (number | string)[]): number | undefined {
  if (shape.length < 2) return 1;
  const last = shape[1];
  // Unknown sizes are names, −1, or −1 read as unsigned.
  return typeof last === 'number' && last > 0 && last < 2 ** 31 ? last : undefined;
}

interface Outputs {
  readonly probabilities?: string;
  readonly label?: string;
}

function chooseOutputs(session: InferenceSession, file: string): Outputs {
  const known = session.outputMetadata;
  const floats = known.flatMap((output) =>
    output.isTensor && /^float(32|64)$/.test(output.type) ? [output.name] : [],
  );
  const probabilities = floats.find((name) => /prob/i.test(name)) ?? floats[0];
  if (probabilities !== undefined) return { probabilities };
  const dictionary = known.find((output) => !output.isTensor);
  if (dictionary !== undefined) {
    throw new ModelError('MODEL_OUTPUT', `${file} gives "${dictionary.name}" as dictionaries, not as a tensor.`, {
      file,
      hint: "Export it with ZipMap off: convert_sklearn(model, options={id(model): {'zipmap': False}}).",
    });
  }
  const label = known.find((output) => output.isTensor && /^(u?int(8|16|32|64)|string|bool)$/.test(output.type))?.name;
  if (label !== undefined) return { label };
  throw new ModelError('MODEL_OUTPUT', `${file} has no output that holds probabilities or classes.`, {
    file,
    hint: `It has: ${session.outputNames.join(', ')}.`,
  });
}

interface Opened {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly outputs: Outputs;
  readonly signature: ModelSignature;
  readonly setting: Setting;
}

type Columns = Parameters<ScoredModel['score']>[0];
type Scores = Awaited<ReturnType<ScoredModel['score']>>;

async function scoreAll(opened: Opened, columns: Columns, rows: number): Promise<Scores> {
  const { outputs, setting } = opened;
  const labels: string[] = [];
  let probabilities = new Float64Array(0);
  let classes = 0;
  for (let from = 0; from < rows; from += setting.batchRows) {
    const count = Math.min(setting.batchRows, rows - from);
    const output = await runBatch(opened, columns, { from, count, rows });
    if (outputs.label !== undefined) {
      labels.push(...Array.from(output.data as ArrayLike<unknown>, String));
      continue;
    }
    const values = output.data as Float32Array | Float64Array;
    const width = values.length / count;
    if (from === 0) {
      // One column is the positive class's probability; the other class has the rest.
      classes = Math.max(2, width);
      probabilities = new Float64Array(rows * classes);
    }
    if (width > 1) probabilities.set(values, from * classes);
    else
      values.forEach((value, row) => {
        probabilities[(from + row) * 2] = 1 - value;
        probabilities[(from + row) * 2 + 1] = value;
      });
  }
  return outputs.label === undefined ? { probabilities, classes } : { probabilities, classes: 0, labels };
}

interface Batch {
  readonly from: number;
  readonly count: number;
  readonly rows: number;
}

async function runBatch(opened: Opened, columns: Columns, batch: Batch): Promise<Tensor> {
  const { runtime, session, outputs, signature, setting } = opened;
  const { from, count, rows } = batch;
  const name = outputs.probabilities ?? outputs.label!;
  const feeds: Record<string, Tensor> = {};
  for (const [index, input] of signature.inputs.entries()) {
    const column = columns[input.name];
    if (column === undefined) {
      throw new ModelError('MODEL_INPUT', `The input "${input.name}" of ${setting.name} got no values.`, {
        file: setting.name,
        hint: 'Map a column to it in `data.features` of the policy.',
      });
    }
    const width = column.length / rows;
    const data = columnTensorData(column.slice(from * width, (from + count) * width), input, setting.name);
    const metadata = session.inputMetadata[index]!;
    const flat = metadata.isTensor && metadata.shape.length === 1;
    feeds[input.name] = new runtime.Tensor(input.type, data as string[], flat ? [count] : [count, width]);
  }
  try {
    const output = (await session.run(feeds, [name]))[name]!;
    const perRow = output.size / count;
    if (output.dims[0] === count && Number.isInteger(perRow)) return output;
    throw new Error(`its output "${name}" has the shape [${output.dims.join(', ')}] for ${count} rows`);
  } catch (cause) {
    throw new ModelError('MODEL_RUN_FAILED', `${setting.name} cannot be run: ${messageOf(cause)}`, {
      file: setting.name,
      hint: 'Compare its inputs with the columns that `data.features` maps to them.',
      cause,
    });
  } finally {
    for (const tensor of Object.values(feeds)) tensor.dispose();
  }
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
