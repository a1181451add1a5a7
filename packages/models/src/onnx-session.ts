// Opens a model: what it takes, what it gives, and in plain words why it cannot be used.
import { ModelError, type ModelSignature } from '@pawl/core';
import type { InferenceSession } from 'onnxruntime-web/wasm';
import { inputType } from './onnx-columns.ts';
import { externalFile, NoProtobuf } from './onnx-external.ts';
import { reasonOf, type Runtime } from './onnx-runtime.ts';

export interface OpenSession {
  readonly session: InferenceSession;
  readonly signature: ModelSignature;
  /** Inputs without a second dimension. */
  readonly flat: ReadonlySet<string>;
  readonly outputs: Outputs;
  /** Rows that the model takes in one call, neither more nor fewer, where it was exported so. */
  readonly fixedRows?: number;
  /** As the model was named to the scorer. */
  readonly file: string;
}

/** What is read of a model: floating-point outputs before classes. */
export interface Outputs {
  readonly probabilities?: string;
  readonly label?: string;
}

/** @throws ModelError when the bytes are no model, or one that columns cannot feed or whose answers say nothing */
export async function openSession(runtime: Runtime, model: Uint8Array, file: string): Promise<OpenSession> {
  const session = await createSession(runtime, model, file);
  try {
    const signature = signatureOf(session, file);
    const outputs = chooseOutputs(session, file);
    const fixedRows = session.inputMetadata
      .map((input) => fixedSize(shapeOf(input)[0]))
      .find((size) => size !== undefined);
    return {
      session,
      signature,
      flat: new Set(session.inputMetadata.filter((input) => shapeOf(input).length === 1).map(({ name }) => name)),
      outputs,
      ...(fixedRows !== undefined && { fixedRows }),
      file,
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

export async function createSession(runtime: Runtime, model: Uint8Array, file: string): Promise<InferenceSession> {
  refuseExternal(model, file);
  try {
    return await runtime.InferenceSession.create(model, runtime.options);
  } catch (cause) {
    throw loadError(runtime, cause, file);
  }
}

/** Before any runtime sees the model: what it would read in its place is no business of whoever wrote it. */
function refuseExternal(model: Uint8Array, file: string): void {
  let external: string | undefined;
  try {
    external = externalFile(model);
  } catch (cause) {
    if (cause instanceof NoProtobuf) throw notWhole(file, cause.message, cause);
    throw cause;
  }
  if (external === undefined) return;
  throw new ModelError(
    'MODEL_EXTERNAL_DATA',
    `${file} keeps its weights in another file${external === '' ? '' : `, "${external}"`}; a model is judged as one file.`,
    {
      file,
      hint: 'Write the weights into the model: onnx.save_model(onnx.load(path), path, save_as_external_data=False); or give its predictions instead.',
    },
  );
}

function loadError(runtime: Runtime, cause: unknown, file: string): ModelError {
  const reason = reasonOf(cause);
  const full = cause instanceof Error ? cause.message : String(cause);
  if (/No Op registered|not a registered function|NOT_IMPLEMENTED|ERROR_CODE: 9/i.test(full)) {
    return new ModelError(
      'MODEL_OPERATOR_UNKNOWN',
      `${file} uses an operator that ONNX Runtime does not have: ${reason}`,
      {
        file,
        hint: 'Export the model with standard operators (opset 21 or lower), or give its predictions instead.',
        cause,
      },
    );
  }
  if (isTooLarge(full)) return tooLarge(runtime, { file, reason, cause });
  if (/protobuf parsing failed|No graph was found|ModelProto does not have a graph|data pointer is null/i.test(full))
    return notWhole(file, reason, cause);
  return new ModelError('MODEL_INVALID', `${file} is an ONNX model that cannot work: ${reason}`, {
    file,
    hint: 'Export it again, and look at it with `onnx.checker.check_model(path, full_check=True)`.',
    cause,
  });
}

const notWhole = (file: string, reason: string, cause: unknown): ModelError =>
  new ModelError('MODEL_INVALID', `${file} is no whole ONNX model: ${reason}`, {
    file,
    hint: 'Export it again; a truncated download or a Git LFS pointer looks like this.',
    cause,
  });

export const isTooLarge = (reason: string): boolean =>
  /bad_alloc|out of memory|OOM|memory access out of bounds|Failed to allocate memory|Array buffer allocation failed|too large/i.test(
    reason,
  );

export const tooLarge = (
  { about }: Runtime,
  { file, reason, cause }: { readonly file: string; readonly reason: string; readonly cause: unknown },
): ModelError => {
  const limit = about.kind === 'wasm' ? ' (4 GB)' : '';
  return new ModelError('MODEL_TOO_LARGE', `${file} needs more memory than it can have here${limit}: ${reason}`, {
    file,
    hint: 'Run it where it fits, and give a file of its predictions instead.',
    cause,
  });
};

function signatureOf(session: InferenceSession, file: string): ModelSignature {
  return {
    inputs: session.inputMetadata.map((input) => {
      const type = input.isTensor ? inputType(input.type) : undefined;
      if (type === undefined) {
        throw new ModelError(
          'MODEL_INPUT',
          `The input "${input.name}" of ${file} has a type that no column can fill.`,
          {
            file,
            hint: 'Inputs may be float32, float64, int32, int64, bool or string tensors.',
          },
        );
      }
      const shape = shapeOf(input);
      if (shape.length > 2) {
        throw new ModelError(
          'MODEL_INPUT',
          `The input "${input.name}" of ${file} has ${shape.length} dimensions; columns fill [rows] or [rows, features].`,
          { file, hint: 'Put a Reshape before it, or give the predictions of the model instead.' },
        );
      }
      const width = shape.length < 2 ? 1 : fixedSize(shape[1]);
      return { name: input.name, type, ...(width !== undefined && { width }) };
    }),
    outputs: session.outputNames,
  };
}

const shapeOf = (value: InferenceSession.ValueMetadata): readonly (number | string)[] =>
  value.isTensor ? value.shape : [];

/** Undefined where the model leaves a size open: a name, −1, or −1 read as unsigned. */
const fixedSize = (size: number | string | undefined): number | undefined =>
  typeof size === 'number' && size > 0 && size < 2 ** 31 ? size : undefined;

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
    hint:
      known.length === 0
        ? 'It has no outputs at all; export it again.'
        : `It has: ${known.map((output) => `${output.name} (${output.isTensor ? output.type : 'no tensor'})`).join(', ')}.`,
  });
}
