// What Triton reads of a model's folder: configuration, version policy, weights, modification times.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, parseTextProto, type TextMessage } from './text-proto.ts';

export interface ModelFolder {
  readonly config: TextMessage;
  /** Versions the policy names and the folder has, ascending. */
  readonly versions: readonly number[];
  /** Newest modification in the whole folder, in milliseconds. */
  readonly modified: number;
}

/** The top-level names of ModelConfig that this double knows; others are refused, as the real parser refuses. */
const knownFields = new Set(
  [
    'name platform backend runtime version_policy max_batch_size input output batch_input batch_output',
    'optimization dynamic_batching sequence_batching ensemble_scheduling instance_group default_model_filename',
    'cc_model_filenames metric_tags parameters model_warmup model_operations model_transaction_policy',
    'model_repository_agents response_cache model_metrics',
  ].flatMap((line) => line.split(' ')),
);

/** @throws Error when there is no such folder or its configuration cannot be read */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const config = parseTextProto(await readFile(join(folder, 'config.pbtxt'), 'utf8'));
  const unknown = Object.keys(config).find((field) => !knownFields.has(field));
  if (unknown !== undefined) throw new Error(`Message type "inference.ModelConfig" has no field named "${unknown}".`);
  const present = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && /^[1-9]\d*$/.test(entry.name))
    .map((entry) => Number(entry.name))
    .toSorted((a, b) => a - b);
  return { config, versions: chosen(config, present), modified: await newest(folder) };
}

function chosen(config: TextMessage, present: readonly number[]): readonly number[] {
  const policy = messageOf(config['version_policy']?.[0]);
  const specific = messageOf(policy?.['specific']?.[0]);
  if (specific !== undefined) return present.filter((version) => specific['versions']?.includes(version));
  if (policy?.['all'] !== undefined) return present;
  const latest = messageOf(policy?.['latest']?.[0])?.['num_versions']?.[0];
  return present.slice(-(typeof latest === 'number' && latest > 0 ? latest : 1));
}

/** Newest modification time of a file or of everything in a folder. */
export async function newest(path: string): Promise<number> {
  const own = await stat(path);
  if (!own.isDirectory()) return own.mtimeMs;
  const times = await Promise.all((await readdir(path)).map((name) => newest(join(path, name))));
  return Math.max(own.mtimeMs, ...times);
}

export async function readWeights(folder: string, version: number, config: TextMessage): Promise<Uint8Array> {
  const name = config['default_model_filename']?.[0];
  return readFile(join(folder, String(version), typeof name === 'string' && name !== '' ? name : 'model.onnx'));
}
