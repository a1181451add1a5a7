// Makes small ONNX models for tests: p = sigmoid(x · w + b). Protobuf written by hand, no exporter needed.

/** @returns the bytes of a model with input `x` [n, weights] FP32 and output `p` [n, 1] FP32 */
export function tinyOnnx(weights: readonly number[], bias: number): Uint8Array {
  const tensor = (name: string, shape: readonly number[], values: readonly number[]): number[] => [
    ...shape.flatMap((size) => integer(1, size)),
    ...integer(2, 1),
    ...text(8, name),
    ...bytes(9, [...new Uint8Array(Float32Array.from(values).buffer)]),
  ];
  const node = (operator: string, inputs: readonly string[], output: string): number[] => [
    ...inputs.flatMap((input) => text(1, input)),
    ...text(2, output),
    ...text(4, operator),
  ];
  const value = (name: string, width: number): number[] => {
    const shape = [bytes(1, text(2, 'n')), bytes(1, integer(1, width))].flat();
    return [...text(1, name), ...bytes(2, bytes(1, [...integer(1, 1), ...bytes(2, shape)]))];
  };
  const graph = [
    ...bytes(1, node('MatMul', ['x', 'w'], 'xw')),
    ...bytes(1, node('Add', ['xw', 'b'], 'z')),
    ...bytes(1, node('Sigmoid', ['z'], 'p')),
    ...text(2, 'tiny'),
    ...bytes(5, tensor('w', [weights.length, 1], weights)),
    ...bytes(5, tensor('b', [1], [bias])),
    ...bytes(11, value('x', weights.length)),
    ...bytes(12, value('p', 1)),
  ];
  return Uint8Array.from([...integer(1, 8), ...bytes(7, graph), ...bytes(8, integer(2, 13))]);
}

function varint(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) + 128);
  }
}
const integer = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const bytes = (field: number, content: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];
const text = (field: number, content: string): number[] => bytes(field, [...new TextEncoder().encode(content)]);
