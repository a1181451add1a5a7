// Whether a model keeps tensors in other files, read from its bytes before any runtime sees them.
//
// A model is judged as one file, and whoever wrote it is not trusted: the native runtime, given bytes, would read such
// files from the folder the gate runs in, where a checkout keeps its token. Field numbers are those of onnx.proto3.

type Kind = 'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** Where tensors can be: by the number of a field, the kind of message in it. */
const parts: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};

/** Fields of a tensor. */
const [externalData, dataLocation] = [13, 14];
/** As deep as protobuf itself reads. */
const deepest = 100;

export class NoProtobuf extends Error {
  override readonly name = 'NoProtobuf';
}

/**
 * @returns the file that the first such tensor names, `''` where it names none; undefined where the model is whole
 * @throws NoProtobuf when the bytes are no protobuf message, or one cut short
 */
export function externalFile(model: Uint8Array): string | undefined {
  return search(model, 'model', 0);
}

function search(message: Uint8Array, kind: Kind, depth: number): string | undefined {
  if (depth > deepest) throw new NoProtobuf('it is nested too deeply');
  let external = false;
  let location = '';
  const inside = parts[kind];
  const wanted = (number: number): boolean =>
    inside[number] !== undefined || (kind === 'tensor' && (number === externalData || number === dataLocation));
  for (const { number, value } of fieldsOf(message, wanted)) {
    if (kind === 'tensor' && (number === externalData || (number === dataLocation && value !== 0))) {
      external = true;
      if (value instanceof Uint8Array) location = locationIn(value) ?? location;
    }
    const part = inside[number];
    const found = part !== undefined && value instanceof Uint8Array ? search(value, part, depth + 1) : undefined;
    if (found !== undefined) return found;
  }
  return external ? location : undefined;
}

/** A StringStringEntryProto: 1 is the key, 2 the value. */
function locationIn(entry: Uint8Array): string | undefined {
  const pair: Record<number, string> = {};
  for (const { number, value } of fieldsOf(entry, (number) => number <= 2))
    if (value instanceof Uint8Array) pair[number] = new TextDecoder().decode(value);
  return pair[1] === 'location' ? pair[2] : undefined;
}

interface Field {
  readonly number: number;
  /** Bytes of a field with a length; else a whole number, of which only whether it is zero is known for sure. */
  readonly value: Uint8Array | number;
}

/** How a field is written. */
const wires = { varint: 0, eight: 1, length: 2, four: 5 } as const;

/** @param wanted by number; the others are passed over: a forest of trees has millions, one for each of its numbers */
function* fieldsOf(message: Uint8Array, wanted: (number: number) => boolean): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    const first = message[at];
    if (first !== undefined && first < 128) {
      at += 1;
      return first;
    }
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) break;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new NoProtobuf('it ends in the middle of a number');
  };
  const pass = (length: number): void => {
    if (length > message.length - at) throw new NoProtobuf('it ends in the middle of a field');
    at += length;
  };
  while (at < message.length) {
    const key = varint();
    // Runtimes drop the bits above the 32nd, and would read another field than the one looked at here.
    if (key >= 2 ** 32) throw new NoProtobuf('it has a field of no known number');
    const [number, wire] = [Math.floor(key / 8), key % 8];
    if (wire === wires.varint) {
      const value = varint();
      if (wanted(number)) yield { number, value };
    } else if (wire === wires.length) {
      const length = varint();
      pass(length);
      if (wanted(number)) yield { number, value: message.subarray(at - length, at) };
    } else if (wire === wires.eight || wire === wires.four) pass(wire === wires.eight ? 8 : 4);
    else throw new NoProtobuf('it has a field of no known type');
  }
}
