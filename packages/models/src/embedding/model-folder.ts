// A sentence-embedding model as it is published: a folder with the network in ONNX, `tokenizer.json`, and small files
// that say how tokens become one vector.
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { digestOf, type ModelFailure, type RunInput, type Workspace } from '@pawl/core';
import { readSettings, type EncoderSettings, type WrittenSettings } from './encoder-settings.ts';
import { ModelFiles, UnusableModel } from './model-files.ts';

export interface EmbeddingModel {
  /** Path of the network. */
  readonly network: string;
  readonly tokenizer: string;
  /** JSON of `tokenizer_config.json`. */
  readonly tokenizerConfig: unknown;
  readonly settings: EncoderSettings;
  /** Names bytes and settings: no other model has the same. */
  readonly id: string;
  readonly inputs: readonly RunInput[];
}

const largestNetwork = 1_000_000_000;
const largestTokenizer = 64_000_000;

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** @param path a folder, or the `.onnx` file in it; from the root of the workspace */
export async function readModelFolder(
  path: string,
  written: WrittenSettings,
  workspace: Workspace,
): Promise<EmbeddingModel | ModelFailure> {
  const files = new ModelFiles(workspace);
  try {
    const { network, folder } = await findNetwork(path, files);
    const tokenizer = posix.join(folder, 'tokenizer.json');
    if (!(await files.has(tokenizer)))
      throw new UnusableModel(
        `"${folder}" has no tokenizer.json`,
        'It is published beside the model, or written by tokenizer.save_pretrained(folder) of transformers.',
      );
    const digests = [await files.note(network, largestNetwork), await files.note(tokenizer, largestTokenizer)];
    const read = new Map<string, Promise<unknown>>();
    const json = (name: string): Promise<unknown> => {
      const found = read.get(name) ?? files.json(posix.join(folder, name));
      read.set(name, found);
      return found;
    };
    const settings = await readSettings(written, json);
    const tokenizerConfig = (await json('tokenizer_config.json')) ?? {};
    const identity = { network: digests[0], tokenizer: digests[1], tokenizerConfig, settings };
    return {
      network,
      tokenizer,
      tokenizerConfig,
      settings,
      id: `onnx:${digestOf(identity, sha256)}`,
      inputs: files.inputs,
    };
  } catch (error) {
    if (error instanceof UnusableModel) return { failure: error.message, hint: error.hint };
    return {
      failure: `the embedding model "${path}" cannot be read: ${(error as Error).message}`,
      hint: 'Check that it lies inside the repository, and that its files can be read.',
    };
  }
}

async function findNetwork(
  written: string,
  files: ModelFiles,
): Promise<{ readonly network: string; readonly folder: string }> {
  const path = posix.normalize(written).replace(/\/$/, '');
  if (path.endsWith('.onnx')) {
    const beside = posix.dirname(path);
    // Exporters put networks into a folder of their own, below the tokenizer.
    const below = posix.basename(beside) === 'onnx' && !(await files.has(posix.join(beside, 'tokenizer.json')));
    return { network: path, folder: below ? posix.dirname(beside) : beside };
  }
  for (const name of ['model.onnx', 'onnx/model.onnx']) {
    const network = posix.join(path, name);
    if (await files.has(network)) return { network, folder: path };
  }
  throw new UnusableModel(
    `there is no embedding model in "${path}": it has no model.onnx`,
    'Give its folder, and fetch it (git lfs pull, dvc pull). A model in another format is written by: optimum-cli export onnx --model NAME FOLDER.',
  );
}
