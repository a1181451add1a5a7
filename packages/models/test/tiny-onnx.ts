// ONNX models of a few nodes, written as protobuf by hand: what no exporter would make, a test can.
// Field numbers are those of onnx.proto3.

const elementTypes = { float: 1, uint8: 2, int64: 7, string: 8, float16: 10, double: 11 } as const;
type ElementType = keyof typeof elementTypes;

/** A number is a fixed size, a text a free one. */
type Shape = readonly (number | string)[];

export interface TinyValue {
  readonly name: string;
  readonly type?: ElementType;
  readonly shape: Shape;
}

export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, number>>;
}

export interface TinyTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Float32, or whole numbers where `type` says so. */
  readonly values?: readonly number[];
  readonly type?: 'float' | 'int64';
  /** File beside the model that holds the values. */
  readonly external?: string;
}

export interface TinyModel {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly nodes: readonly TinyNode[];
  readonly tensors?: readonly TinyTensor[];
}

/** Where a tensor can stand in a model. */
export type TensorPlace = 'initializer' | 'attribute' | 'subgraph' | 'sparse' | 'function' | 'training';

/** A model of one tensor, at that place. */
export function modelWithTensorAt(place: TensorPlace, tensor: TinyTensor): Uint8Array {
  const bytes = tensorBytes(tensor);
  const initializer = message(5, bytes);
  const nodeOf = (attribute: readonly number[]): number[] =>
    message(1, [...text(2, 'Y'), ...text(4, 'Constant'), ...message(5, [...text(1, 'value'), ...attribute])]);
  const places: Readonly<Record<TensorPlace, readonly number[]>> = {
    initializer: message(7, initializer),
    attribute: message(7, nodeOf([...message(5, bytes), ...whole(20, 4)])),
    subgraph: message(7, nodeOf(message(6, nodeOf(message(6, initializer))))),
    sparse: message(7, message(15, message(1, bytes))),
    function: message(25, message(7, [...text(4, 'Constant'), ...message(5, message(10, bytes))])),
    training: message(20, message(2, initializer)),
  };
  return Uint8Array.from([...whole(1, 8), ...places[place], ...message(8, [...text(1, ''), ...whole(2, 17)])]);
}

/** One input `X` of two features, one node, one output `Y`. */
export const oneNode = (
  op: string,
  { batch = 'N', output = [batch, 2], domain }: { batch?: number | string; output?: Shape; domain?: string } = {},
): TinyModel => ({
  inputs: [{ name: 'X', shape: [batch, 2] }],
  outputs: [{ name: 'Y', shape: output }],
  nodes: [{ op, inputs: ['X'], output: 'Y', ...(domain !== undefined && { domain }) }],
});

export function onnxBytes({ inputs, outputs, nodes, tensors = [] }: TinyModel): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => message(1, nodeBytes(node))),
    ...text(2, 'tiny'),
    ...tensors.flatMap((tensor) => message(5, tensorBytes(tensor))),
    ...inputs.flatMap((value) => message(11, valueBytes(value))),
    ...outputs.flatMap((value) => message(12, valueBytes(value))),
  ];
  const opset = (domain: string, version: number): number[] => message(8, [...text(1, domain), ...whole(2, version)]);
  const domains = [...new Set(nodes.flatMap(({ domain }) => domain ?? []))];
  return Uint8Array.from([
    ...whole(1, 8),
    ...message(7, graph),
    ...opset('', 17),
    ...domains.flatMap((domain) => opset(domain, 1)),
  ]);
}

function nodeBytes({ op, inputs, output, domain, attributes = {} }: TinyNode): number[] {
  return [
    ...inputs.flatMap((name) => text(1, name)),
    ...text(2, output),
    ...text(4, op),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      message(5, [...text(1, name), ...whole(3, value), ...whole(20, 2)]),
    ),
    ...(domain === undefined ? [] : text(7, domain)),
  ];
}

function valueBytes({ name, type = 'float', shape }: TinyValue): number[] {
  const sizes = shape.flatMap((size) => message(1, typeof size === 'number' ? whole(1, size) : text(2, size)));
  return [...text(1, name), ...message(2, message(1, [...whole(1, elementTypes[type]), ...message(2, sizes)]))];
}

function tensorBytes({ name, shape, values = [], type = 'float', external }: TinyTensor): number[] {
  const raw = type === 'float' ? Float32Array.from(values) : BigInt64Array.from(values, (value) => BigInt(value));
  const stored =
    external === undefined
      ? message(9, [...new Uint8Array(raw.buffer)])
      : [...message(13, [...text(1, 'location'), ...text(2, external)]), ...whole(14, 1)];
  return [...shape.flatMap((size) => whole(1, size)), ...whole(2, elementTypes[type]), ...text(8, name), ...stored];
}

const message = (field: number, content: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(content.length),
  ...content,
];
const text = (field: number, value: string): number[] => message(field, [...new TextEncoder().encode(value)]);
const whole = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
