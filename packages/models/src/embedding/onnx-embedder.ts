// Texts to vectors by a model that lies in the repository: no endpoint, no key, nothing leaves the machine.
import type { Embedder, ModelFailure, Workspace } from '@pawl/core';
import type { FoundRuntime } from '../onnx-native.ts';
import type { WrittenSettings } from './encoder-settings.ts';
import { encoderThread, type Encoded, type EncoderThread } from './encoder-thread.ts';
import type { EncoderJob } from './open-encoder.ts';
import { readModelFolder, type EmbeddingModel } from './model-folder.ts';

export interface OnnxEmbedderOptions {
  /** A folder with `model.onnx` and `tokenizer.json`, or the network's file; from the root of the workspace. */
  readonly path: string;
  /** `pooling`, `normalize`, `maxTokens`, `prefix`, where the model's own files say something else or nothing. */
  readonly settings?: WrittenSettings;
  readonly workspace: Workspace;
  /** Path of `ort-wasm-simd-threaded.wasm`; left out as for the scorer of models. */
  readonly wasmPath?: string;
  /** Looked for when the network is loaded; without it WebAssembly computes. */
  readonly runtime?: () => Promise<FoundRuntime>;
  /** Starts what computes; by default a thread of its own. */
  readonly start?: (job: EncoderJob) => EncoderThread;
}

type Vector = readonly number[];

/** The files are hashed at once, since they are the model's name; the network is loaded for the first text. */
export async function onnxEmbedder(options: OnnxEmbedderOptions): Promise<Embedder> {
  const { path, settings = {}, workspace } = options;
  const model = await readModelFolder(path, settings, workspace);
  if ('failure' in model) return { id: `onnx:${path}`, local: true, embed: async () => model };
  let opening: Promise<EncoderThread | ModelFailure> | undefined;
  const known = new Map<string, Promise<Vector | ModelFailure>>();

  const encode = async (texts: readonly string[]): Promise<Encoded> => {
    const thread = await (opening ??= open(model, options));
    return 'failure' in thread ? thread : thread.encode(texts);
  };

  return {
    id: model.id,
    local: true,
    inputs: model.inputs,
    embed: async (texts) => {
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      const asked = missing.length === 0 ? undefined : encode(missing);
      for (const [index, text] of missing.entries())
        known.set(
          text,
          (asked as Promise<Encoded>).then((all) => ('failure' in all ? all : Array.from(all.vectors[index] ?? []))),
        );
      const vectors: Vector[] = [];
      for (const found of await Promise.all(texts.map((text) => known.get(text) as Promise<Vector | ModelFailure>))) {
        if ('failure' in found) return found;
        vectors.push(found);
      }
      return { vectors };
    },
    close: async () => {
      const thread = await opening;
      if (thread !== undefined && !('failure' in thread)) await thread.close();
    },
  };
}

async function open(
  { network, tokenizer, tokenizerConfig, settings }: EmbeddingModel,
  { workspace, wasmPath, runtime, start = encoderThread }: OnnxEmbedderOptions,
): Promise<EncoderThread | ModelFailure> {
  try {
    const native = (await runtime?.())?.native;
    const [bytes, text] = [await workspace.read(network), await workspace.readText(tokenizer)];
    if (bytes === undefined || text === undefined) throw new Error('the files are gone');
    // A copy of its own where a small file shares its memory with others: it is handed over to the thread.
    const model = bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
    return start({ model, file: network, tokenizer: text, tokenizerConfig, settings, wasmPath, native });
  } catch (error) {
    return { failure: `"${network}" cannot be read: ${(error as Error).message}`, hint: 'Fetch it and try again.' };
  }
}
