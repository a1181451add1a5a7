// One call of a model: rows out of columns, through ONNX Runtime, and out again.
import { ModelError, type ModelColumns } from '@pawl/core';
import type { Tensor } from 'onnxruntime-web/wasm';
import { columnTensorData, type Buffers } from './onnx-columns.ts';
import { reasonOf, type Runtime } from './onnx-runtime.ts';
import { isTooLarge, tooLarge, type OpenSession } from './onnx-session.ts';

export interface Opened extends OpenSession {
  readonly runtime: Runtime;
}

export interface Batch {
  readonly from: number;
  readonly count: number;
  /** Of all columns, from which their widths follow. */
  readonly rows: number;
  readonly buffers: Buffers;
}

export interface Answer {
  /** `count` × width values; the rows that only filled up a fixed size are cut off. */
  readonly data: ArrayLike<unknown>;
  readonly width: number;
  /** Of the call alone. */
  readonly milliseconds: number;
}

type Feeds = Readonly<Record<string, Tensor>>;

/** @throws ModelError when the columns do not fit, or the model does not run or does not answer row by row */
export async function runBatch(opened: Opened, columns: ModelColumns, batch: Batch): Promise<Answer> {
  const name = opened.outputs.probabilities ?? opened.outputs.label!;
  const feeds = feedsOf(opened, columns, batch);
  try {
    // The clock on the wall: processor time comes in steps of milliseconds where the kernel counts ticks.
    const started = performance.now();
    const output = (await opened.session.run(feeds, [name]))[name]!;
    const milliseconds = performance.now() - started;
    return { ...rowsOf(output, opened, { name, count: batch.count }), milliseconds };
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw runError(cause, opened);
  } finally {
    for (const tensor of Object.values(feeds)) tensor.dispose();
  }
}

function feedsOf(opened: Opened, columns: ModelColumns, { from, count, rows, buffers }: Batch): Feeds {
  const { runtime, signature, flat, file, fixedRows: size = count } = opened;
  const feeds: Record<string, Tensor> = {};
  for (const input of signature.inputs) {
    const column = columns[input.name];
    if (column === undefined) {
      throw new ModelError('MODEL_INPUT', `The input "${input.name}" of ${file} got no values.`, {
        file,
        hint: 'Map a column to it in `data.features` of the policy.',
      });
    }
    const width = column.length / rows;
    const part = filledUp(column, { from: from * width, to: (from + count) * width, length: size * width, width });
    const data = columnTensorData(part, input, { file, buffers });
    feeds[input.name] = new runtime.Tensor(input.type, data as string[], flat.has(input.name) ? [size] : [size, width]);
  }
  return feeds;
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly width: number;
}

/** A part of a column; where the model wants more rows than there are left, the last one is repeated. */
function filledUp(
  column: ModelColumns[string],
  { from, to, length, width }: Cut,
): Float64Array | Float32Array | (string | null)[] {
  if (column instanceof Float64Array || column instanceof Float32Array) {
    if (to - from === length) return column.subarray(from, to);
    const filled = column instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
    filled.set(column.subarray(from, to));
    for (let at = to - from; at < length; at += width) filled.set(column.subarray(to - width, to), at);
    return filled;
  }
  const filled = column.slice(from, to);
  while (filled.length < length) filled.push(...column.slice(to - width, to));
  return filled;
}

function rowsOf(
  output: Tensor,
  { file, fixedRows }: Opened,
  { name, count }: { readonly name: string; readonly count: number },
): Pick<Answer, 'data' | 'width'> {
  const size = fixedRows ?? count;
  const width = output.size / size;
  // [rows], [rows, k] or [rows, k, 1 …]: anything else would be guessed at.
  if (output.dims[0] !== size || output.dims.slice(2).some((dimension) => dimension !== 1) || width < 1) {
    throw new ModelError(
      'MODEL_OUTPUT',
      `${file} gives its output "${name}" the shape [${output.dims.join(', ')}] for ${size} rows.`,
      { file, hint: 'The output must have a row for each row of the input: [rows] or [rows, classes].' },
    );
  }
  const data = output.data as ArrayLike<unknown> & { subarray?: (from: number, to: number) => ArrayLike<unknown> };
  const used = count * width;
  if (data.length === used) return { data, width };
  return { data: data.subarray?.(0, used) ?? Array.from(data).slice(0, used), width };
}

function runError(cause: unknown, { file, runtime }: Opened): ModelError {
  const reason = reasonOf(cause);
  if (isTooLarge(cause instanceof Error ? cause.message : String(cause)))
    return tooLarge(runtime, { file, reason, cause });
  return new ModelError('MODEL_RUN_FAILED', `${file} cannot be run: ${reason}`, {
    file,
    hint: 'Compare its inputs with the columns that `data.features` maps to them.',
    cause,
  });
}
