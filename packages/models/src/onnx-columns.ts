// Columns as ONNX tensors want them.
import { ModelError, type ModelSignature } from '@pawl/core';

type Input = ModelSignature['inputs'][number];
export type TensorData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | string[];

const known: readonly string[] = ['float32', 'float64', 'int64', 'int32', 'bool', 'string'] satisfies Input['type'][];

/** ONNX Runtime's name of a tensor type as the port names it; undefined for one that no column can fill. */
export const inputType = (type: string): Input['type'] | undefined =>
  known.includes(type) ? (type as Input['type']) : undefined;

/** Of the batch before, by input: filled again, since making them anew costs as much as a small model. */
export type Buffers = Map<string, Float32Array<ArrayBuffer>>;

/**
 * @param file the model's name, for messages
 * @returns what is good until the next batch
 * @throws ModelError when text meets a numeric input, or a missing or broken number a whole one
 */
export function columnTensorData(
  values: Float64Array | Float32Array | readonly (string | null)[],
  input: Input,
  { file, buffers }: { readonly file: string; readonly buffers: Buffers },
): TensorData {
  // As it is, without a copy: large row-major inputs come so.
  if (values instanceof Float32Array && input.type === 'float32') return values;
  if (values instanceof Float32Array) return columnTensorData(Float64Array.from(values), input, { file, buffers });
  if (!(values instanceof Float64Array)) {
    if (input.type === 'string') return values.map((value) => value ?? '');
    throw mismatch(input, file, 'text', 'a numeric column');
  }
  switch (input.type) {
    case 'float64':
      return values;
    case 'float32':
      return singles(values, input.name, buffers);
    case 'int64':
      return BigInt64Array.from(values, (value) => BigInt(whole(value, input, file)));
    case 'int32':
      return Int32Array.from(values, (value) => whole(value, input, file));
    case 'bool':
      return Uint8Array.from(values, (value) => whole(value, input, file));
    case 'string':
      throw mismatch(input, file, 'numbers', 'a text column');
  }
}

function singles(values: Float64Array, input: string, buffers: Buffers): Float32Array {
  let buffer = buffers.get(input);
  if (buffer === undefined || buffer.length < values.length) {
    buffer = new Float32Array(values.length);
    buffers.set(input, buffer);
  }
  // Not `Float32Array.from`: it walks an iterator, and costs more than many models.
  buffer.set(values);
  return buffer.length === values.length ? buffer : buffer.subarray(0, values.length);
}

function whole(value: number, input: Input, file: string): number {
  if (Number.isInteger(value)) return value;
  throw mismatch(input, file, Number.isNaN(value) ? 'a missing value' : String(value), 'whole numbers without gaps');
}

const mismatch = (input: Input, file: string, got: string, wanted: string): ModelError =>
  new ModelError('MODEL_INPUT', `The input "${input.name}" (${input.type}) of ${file} was given ${got}.`, {
    file,
    hint: `Map ${wanted} to it in \`data.features\` of the policy.`,
  });
