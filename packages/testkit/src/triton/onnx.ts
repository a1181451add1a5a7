// Real inference for the double: ONNX Runtime in WebAssembly, in this process.
import { InferenceSession, Tensor } from 'onnxruntime-web';

/** A tensor as KServe v2 writes it. */
export interface WireTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

export interface OnnxModel {
  readonly inputs: readonly { readonly name: string; readonly datatype: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly { readonly name: string; readonly datatype: string; readonly shape: readonly number[] }[];
  run(inputs: readonly WireTensor[]): Promise<readonly WireTensor[]>;
  release(): Promise<void>;
}

const datatypeOf: Readonly<Record<string, string>> = {
  float32: 'FP32',
  float64: 'FP64',
  float16: 'FP16',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  bool: 'BOOL',
  string: 'BYTES',
};

/** The runtime's single WebAssembly instance runs one thing at a time. */
let queue: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = queue.then(work, work);
  queue = result.catch(() => {});
  return result;
}

/** @throws Error when the bytes are no ONNX model, with the runtime's own reason */
export async function loadOnnx(bytes: Uint8Array): Promise<OnnxModel> {
  const session = await inTurn(() => InferenceSession.create(bytes, { logSeverityLevel: 4 }));
  return {
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
    run: (inputs) =>
      inTurn(async () => {
        const feeds = Object.fromEntries(inputs.map((input) => [input.name, toOrt(input)]));
        const results = await session.run(feeds);
        return session.outputNames.map((name) => toWire(name, results[name]));
      }),
    release: () => inTurn(() => session.release()),
  };
}

function describe(value: InferenceSession.ValueMetadata): { name: string; datatype: string; shape: number[] } {
  if (!value.isTensor) return { name: value.name, datatype: 'UNKNOWN', shape: [] };
  return {
    name: value.name,
    datatype: datatypeOf[value.type] ?? value.type,
    // An unnamed open dimension is −1 in the file; the runtime's metadata reads it as unsigned.
    shape: value.shape.map((size) => (typeof size === 'number' && size < 2 ** 31 ? size : -1)),
  };
}

function toOrt({ datatype, shape, data }: WireTensor): Tensor {
  const numbers = (): number[] => data.map(Number);
  switch (datatype) {
    case 'FP32':
      return new Tensor('float32', Float32Array.from(numbers()), shape);
    case 'FP64':
      return new Tensor('float64', Float64Array.from(numbers()), shape);
    case 'INT64':
      return new Tensor('int64', BigInt64Array.from(numbers().map(BigInt)), shape);
    case 'INT32':
      return new Tensor('int32', Int32Array.from(numbers()), shape);
    case 'BOOL':
      return new Tensor('bool', Uint8Array.from(numbers()), shape);
    case 'BYTES':
      return new Tensor('string', data.map(String), shape);
    default:
      throw new Error(`this double does not compute with ${datatype}`);
  }
}

function toWire(name: string, tensor: Tensor | undefined): WireTensor {
  if (tensor === undefined) throw new Error(`output "${name}" is no tensor`);
  const raw = Array.from(tensor.data as ArrayLike<number | bigint | string | boolean>);
  const data = raw.map((value) => (typeof value === 'bigint' ? Number(value) : value));
  const datatype = datatypeOf[tensor.type] ?? tensor.type;
  return {
    name,
    datatype,
    shape: [...tensor.dims],
    data: datatype === 'BOOL' ? data.map(Boolean) : data,
  };
}
