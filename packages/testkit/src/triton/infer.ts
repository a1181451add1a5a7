// KServe v2 inference of the double: the checks Triton makes, then the real computation.
import type { Loaded } from './loaded-models.ts';
import type { WireTensor } from './onnx.ts';

export interface InferAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Replaces the computation, for tests that need a certain answer. */
export type Compute = (inputs: readonly WireTensor[]) => readonly WireTensor[];

export async function infer(name: string, loaded: Loaded, text: string, compute?: Compute): Promise<InferAnswer> {
  const model = loaded.model;
  if (model === undefined) return refused(503, `Request for unknown model: '${name}' is not at ready state`);
  let request: { id?: unknown; inputs?: unknown; outputs?: unknown };
  try {
    request = JSON.parse(text) as typeof request;
  } catch {
    return refused(400, 'failed to parse the request JSON buffer');
  }
  if (!Array.isArray(request.inputs))
    return refused(400, "Unable to parse 'inputs': attempt to access non-existing object member 'inputs'");
  const inputs = request.inputs.map(flatten);
  if (inputs.length !== model.inputs.length) {
    return refused(400, `expected ${model.inputs.length} inputs but got ${inputs.length} inputs for model '${name}'`);
  }
  for (const input of inputs) {
    const wanted = model.inputs.find((candidate) => candidate.name === input.name);
    if (wanted === undefined) return refused(400, `unexpected inference input '${input.name}' for model '${name}'`);
    if (wanted.datatype !== input.datatype) {
      return refused(
        400,
        `inference input '${input.name}' data-type is '${input.datatype}', but model '${name}' expects '${wanted.datatype}'`,
      );
    }
    const fits =
      wanted.shape.length === input.shape.length &&
      wanted.shape.every((size, index) => size < 0 || size === input.shape[index]);
    if (!fits) {
      return refused(
        400,
        `unexpected shape for input '${input.name}' for model '${name}'. Expected [${wanted.shape}], got [${input.shape}].`,
      );
    }
    const size = input.shape.reduce((product, length) => product * length, 1);
    if (size !== input.data.length) {
      return refused(400, `Unable to parse 'data': Shape does not match true shape of 'data' field`);
    }
  }
  try {
    const outputs = compute === undefined ? await model.run(inputs) : compute(inputs);
    const asked = Array.isArray(request.outputs)
      ? new Set(request.outputs.map((output: { name?: unknown }) => output.name))
      : undefined;
    return {
      status: 200,
      body: {
        ...(typeof request.id === 'string' && { id: request.id }),
        model_name: name,
        model_version: String(loaded.version),
        outputs: outputs.filter((output) => asked === undefined || asked.has(output.name)),
      },
    };
  } catch (error) {
    return refused(500, `onnx runtime error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const refused = (status: number, error: string): InferAnswer => ({ status, body: { error } });

function flatten(tensor: { name?: unknown; datatype?: unknown; shape?: unknown; data?: unknown }): WireTensor {
  return {
    name: String(tensor.name),
    datatype: String(tensor.datatype),
    shape: Array.isArray(tensor.shape) ? tensor.shape.map(Number) : [],
    data: Array.isArray(tensor.data) ? (tensor.data.flat(Infinity) as WireTensor['data']) : [],
  };
}
