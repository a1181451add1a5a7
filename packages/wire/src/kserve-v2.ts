// KServe's Open Inference Protocol (v2), as Triton speaks it in JSON: tensors, requests, answers.

export const datatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;
export type Datatype = (typeof datatypes)[number];

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: Datatype;
  /** Row by row; nested lists are flattened when read. */
  readonly data: readonly (number | string | boolean)[];
}

export interface InferRequest {
  readonly id?: string;
  readonly inputs: readonly Tensor[];
  readonly outputs?: readonly { readonly name: string }[];
}

export interface InferResponse {
  readonly model_name: string;
  readonly model_version?: string;
  readonly id?: string;
  readonly outputs: readonly Tensor[];
}

/** Undefined when the value is no list of well-formed tensors whose data fit their shape. */
export function readTensors(value: unknown): readonly Tensor[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const tensors = value.map(readTensor);
  return tensors.every((tensor) => tensor !== undefined) ? tensors : undefined;
}

export function readInferRequest(value: unknown): InferRequest | undefined {
  if (!isRecord(value)) return undefined;
  const inputs = readTensors(value['inputs']);
  if (inputs === undefined || inputs.length === 0) return undefined;
  const { id, outputs } = value;
  return {
    inputs,
    ...(typeof id === 'string' && { id }),
    ...(Array.isArray(outputs) && {
      outputs: outputs.filter(isRecord).map((output) => ({ name: String(output['name']) })),
    }),
  };
}

export function readInferResponse(value: unknown): InferResponse | undefined {
  if (!isRecord(value) || typeof value['model_name'] !== 'string') return undefined;
  const outputs = readTensors(value['outputs']);
  if (outputs === undefined) return undefined;
  const { model_name, model_version, id } = value;
  return {
    model_name,
    outputs,
    ...(typeof model_version === 'string' && { model_version }),
    ...(typeof id === 'string' && { id }),
  };
}

/**
 * What differs between an answer and the one expected, in words; empty when nothing does.
 * @param tolerance largest difference of two numbers, absolute plus relative, that does not matter
 */
export function tensorDifferences(
  actual: readonly Tensor[],
  expected: readonly Tensor[],
  tolerance: number,
): readonly string[] {
  return expected.flatMap((wanted) => {
    const found = actual.find(({ name }) => name === wanted.name);
    if (found === undefined) return [`output "${wanted.name}" is missing`];
    if (found.shape.join() !== wanted.shape.join()) {
      return [`output "${wanted.name}" has shape ${found.shape.join('×')}, expected ${wanted.shape.join('×')}`];
    }
    const at = wanted.data.findIndex((value, index) => !same(found.data[index], value, tolerance));
    return at < 0 ? [] : [`output "${wanted.name}"[${at}] is ${found.data[at]}, expected ${wanted.data[at]}`];
  });
}

function readTensor(value: unknown): Tensor | undefined {
  if (!isRecord(value)) return undefined;
  const { name, shape, datatype, data } = value;
  const known = datatypes.find((type) => type === datatype);
  if (typeof name !== 'string' || known === undefined || !Array.isArray(shape) || !Array.isArray(data))
    return undefined;
  if (!shape.every((size): size is number => Number.isInteger(size) && size >= 0)) return undefined;
  const flat: unknown[] = data.flat(Infinity);
  const size = shape.reduce((product, length) => product * length, 1);
  if (flat.length !== size || !flat.every(isElement)) return undefined;
  return { name, shape, datatype: known, data: flat };
}

function same(a: unknown, b: number | string | boolean, tolerance: number): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Object.is(a, b) || Math.abs(a - b) <= tolerance * (1 + Math.abs(b));
}

const isElement = (value: unknown): value is number | string | boolean =>
  typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
