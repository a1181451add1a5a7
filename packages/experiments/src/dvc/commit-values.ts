// The metrics and params of one commit: from Git, from DVC's cache, or from dvc.lock.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '@pawl/core';
import type { GitReader } from './git-reader.ts';
import type { Pipeline } from './pipeline.ts';
import { flat, isReadable, readValues, type Leaf } from './values-file.ts';

const valuesLimit = 8_000_000;

export interface ValuesReader {
  readonly git: GitReader;
  readonly commit: string;
  /** Files of the commit, with their ids. */
  readonly known: ReadonlyMap<string, string>;
  readonly pipeline: Pipeline;
  readonly problems: Problem[];
}

type Values = Readonly<Record<string, Leaf>>;

/** By file. What cannot be read is told and left out. */
export async function readMetrics(reader: ValuesReader): Promise<Readonly<Record<string, Values>>> {
  const metrics: Record<string, Values> = {};
  for (const path of metricFiles(reader)) {
    const values = await readMetricFile(reader, path);
    if (values !== undefined) metrics[path] = values;
  }
  return metrics;
}

/** A metric may name a folder. */
function metricFiles({ known, pipeline }: ValuesReader): readonly string[] {
  return pipeline.metrics.flatMap((path) => {
    const below = [...known.keys()].filter((file) => file.startsWith(`${path}/`) && isReadable(file));
    return below.length > 0 ? below : [path];
  });
}

async function readMetricFile(reader: ValuesReader, path: string): Promise<Values | undefined> {
  if (!isReadable(path)) {
    reader.problems.push(unread(path, 'it is neither YAML nor JSON'));
    return undefined;
  }
  const text = (await reader.git.read(reader.commit, path, valuesLimit)) ?? (await fromCache(reader, path));
  if (text === undefined) {
    reader.problems.push(unread(path, 'it is neither in the commit nor in the DVC cache here'));
    return undefined;
  }
  const values = readValues(text, path);
  if (values === undefined) reader.problems.push(unread(path, 'it holds no map of values'));
  return values;
}

/** Where DVC keeps what is not in Git: version 3's place, then version 2's. Only by digest: no path of a file is followed. */
async function fromCache({ git, pipeline }: ValuesReader, path: string): Promise<string | undefined> {
  const digest = /^md5:([0-9a-f]{32})$/.exec(pipeline.outputs.find((one) => one.path === path)?.digest ?? '')?.[1];
  if (digest === undefined) return undefined;
  for (const place of ['.dvc/cache/files/md5', '.dvc/cache']) {
    const text = await readFile(join(git.root, place, digest.slice(0, 2), digest.slice(2)), 'utf8').catch(
      () => undefined,
    );
    if (text !== undefined && text.length <= valuesLimit) return text;
  }
  return undefined;
}

/** As `dvc exp show`: the whole of params.yaml, of others the keys that stages read; and the lock for what is not read here. */
export async function readParams({
  git,
  commit,
  known,
  pipeline,
  problems,
}: ValuesReader): Promise<Readonly<Record<string, Values>>> {
  const params: Record<string, Values> = {};
  const wanted: Readonly<Record<string, readonly string[]>> = {
    ...pipeline.params,
    ...(known.has('params.yaml') && { 'params.yaml': [] }),
  };
  const files = new Set([...Object.keys(wanted), ...Object.keys(pipeline.lockedParams)]);
  for (const path of [...files].toSorted()) {
    const locked = flat(pipeline.lockedParams[path] ?? {});
    const text = isReadable(path) ? await git.read(commit, path, valuesLimit) : undefined;
    const values = text === undefined ? undefined : readValues(text, path);
    if (values === undefined && Object.keys(locked).length === 0)
      problems.push(unread(path, 'it cannot be read, and dvc.lock has nothing of it'));
    params[path] = values === undefined ? locked : withKeys(values, wanted[path] ?? []);
  }
  return params;
}

function withKeys(values: Values, keys: readonly string[]): Values {
  if (keys.length === 0) return values;
  const isRead = (name: string): boolean => keys.some((key) => name === key || name.startsWith(`${key}.`));
  return Object.fromEntries(Object.entries(values).filter(([name]) => isRead(name)));
}

const unread = (path: string, why: string): Problem => ({
  code: 'DVC_VALUES_UNREAD',
  severity: 'warning',
  message: `The values of ${path} are left out: ${why}.`,
  hint: '"dvc pull" brings what the cache lacks; YAML and JSON are read.',
  file: path,
});
