// Texts to vectors by a network in ONNX: tokens in, one vector a text out.
//
// One text is run at a time. Measured on one thread, a batch of 2 to 32 takes as long for each text as a batch of one;
// and without padding a text's vector never depends on which other texts were asked at the same time.
import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { reasonOf, type Runtime } from '../onnx-runtime.ts';
import { UnusableModel } from './model-files.ts';
import type { EncoderSettings } from './encoder-settings.ts';
import type { ToTokens } from './tokens.ts';

export interface OpenEncoder {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly tokens: ToTokens;
  readonly settings: EncoderSettings;
}

export type Encode = (text: string) => Promise<Float32Array>;

type Ids = readonly number[];

/** What is fed for each input that a network may have. */
const fed: Readonly<Record<string, (ids: Ids) => Ids>> = {
  input_ids: (ids) => ids,
  attention_mask: (ids) => ids.map(() => 1),
  token_type_ids: (ids) => ids.map(() => 0),
  position_ids: (ids) => ids.map((_, index) => index),
};

/** @throws UnusableModel when the network takes or gives something else than tokens and vectors */
export function encoderOf({ runtime, session, tokens, settings }: OpenEncoder): Encode {
  const inputs = session.inputMetadata.map(inputOf);
  const output = outputOf(session.outputMetadata);
  const { prefix, lowerCase, pooling, normalize } = settings;
  return async (text) => {
    const whole = `${prefix}${text}`;
    const ids = tokens(lowerCase ? whole.toLowerCase() : whole);
    if (ids.length === 0) throw new UnusableModel('the tokenizer makes no token of a text', emptyHint);
    const feeds = Object.fromEntries(
      inputs.map(({ name, type, of }) => {
        const values = of(ids);
        const data = type === 'int32' ? Int32Array.from(values) : BigInt64Array.from(values, BigInt);
        return [name, new runtime.Tensor(type, data, [1, ids.length])];
      }),
    );
    const found = (await run(session, feeds, output.name))[output.name];
    if (found === undefined || found.type !== 'float32')
      throw new UnusableModel(`the network gave no "${output.name}"`, 'Export it again.');
    const vector = output.pooled ? rowOf(found) : pooled(found, ids.length, pooling);
    found.dispose();
    return normalize ? ofLengthOne(vector) : vector;
  };
}

const emptyHint = 'A tokenizer for sentences has special tokens around every text, the empty one included.';

async function run(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  output: string,
): Promise<InferenceSession.ReturnType> {
  try {
    return await session.run(feeds, [output]);
  } catch (cause) {
    throw new UnusableModel(
      `the network cannot be run: ${reasonOf(cause)}`,
      'Check that network and tokenizer belong together, and that maxTokens is no more than the network takes.',
    );
  } finally {
    for (const tensor of Object.values(feeds)) tensor.dispose();
  }
}

interface Input {
  readonly name: string;
  readonly type: 'int64' | 'int32';
  readonly of: (ids: Ids) => Ids;
}

function inputOf(input: InferenceSession.ValueMetadata): Input {
  const { name } = input;
  const of = Object.hasOwn(fed, name) ? fed[name] : undefined;
  if (of === undefined || !input.isTensor || (input.type !== 'int64' && input.type !== 'int32'))
    throw new UnusableModel(
      `the network takes "${name}", which is nothing that a tokenizer gives`,
      `Export it for feature extraction; known are ${Object.keys(fed).join(', ')}.`,
    );
  return { name, type: input.type, of };
}

interface Output {
  readonly name: string;
  /** A vector for the whole text already. */
  readonly pooled: boolean;
}

/** `sentence_embedding` is what all modules of a model make; else the vectors of tokens, which have three dimensions. */
function outputOf(outputs: readonly InferenceSession.ValueMetadata[]): Output {
  const floats = outputs.flatMap((output) =>
    output.isTensor && output.type === 'float32' ? [{ name: output.name, dimensions: output.shape.length }] : [],
  );
  const whole = floats.find(({ name, dimensions }) => name === 'sentence_embedding' && dimensions === 2);
  if (whole !== undefined) return { name: whole.name, pooled: true };
  const tokens = floats.filter(({ dimensions }) => dimensions === 3);
  const named = tokens.find(({ name }) => name === 'last_hidden_state' || name === 'token_embeddings') ?? tokens[0];
  if (named !== undefined) return { name: named.name, pooled: false };
  throw new UnusableModel(
    'the network gives no vectors of tokens',
    `It has ${outputs.map(({ name }) => name).join(', ')}; export it for feature extraction: last_hidden_state, or sentence_embedding.`,
  );
}

function rowOf({ data, dims }: Tensor): Float32Array {
  if (dims.length !== 2 || dims[0] !== 1) throw wrongShape(dims);
  return Float32Array.from(data as Float32Array);
}

/** Every token was seen: without padding the mask is all ones, and the mean that of all of them. */
function pooled({ data, dims }: Tensor, tokens: number, pooling: EncoderSettings['pooling']): Float32Array {
  const [rows, length, width] = dims;
  if (dims.length !== 3 || rows !== 1 || length !== tokens || width === undefined || width === 0)
    throw wrongShape(dims);
  const values = data as Float32Array;
  if (pooling === 'cls') return values.slice(0, width);
  return Float32Array.from({ length: width }, (_, column) => {
    let sum = 0;
    for (let token = 0; token < tokens; token++) sum += values[token * width + column] ?? 0;
    return sum / tokens;
  });
}

const wrongShape = (dims: readonly number[]): UnusableModel =>
  new UnusableModel(`the network gave a tensor of the shape [${dims.join(', ')}] for one text`, 'Export it again.');

function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}
