// What the DVC files of a commit say: which files are metrics and params, and what dvc.lock and *.dvc know of the data.
// https://dvc.org/doc/user-guide/project-structure/dvcyaml-files
import { posix } from 'node:path';
import type { Problem } from '@pawl/core';
import { parse } from 'yaml';
import { at, listAt, membersOf, numberAt, textAt, type Members } from '../shape.ts';

/** A file that DVC keeps by its digest. */
export interface DvcFile {
  readonly path: string;
  /** `md5:…`; a folder's ends with `.dir`. */
  readonly digest: string;
  readonly bytes?: number;
}

export interface Pipeline {
  readonly metrics: readonly string[];
  readonly plots: readonly string[];
  /** File → the keys that the pipeline reads of it; none for all. */
  readonly params: Readonly<Record<string, readonly string[]>>;
  /** What a stage reads, and what somebody added by hand. */
  readonly inputs: readonly DvcFile[];
  readonly outputs: readonly DvcFile[];
  /** Values that the lock has of params: all there is of files that cannot be read here. */
  readonly lockedParams: Readonly<Record<string, Members>>;
  /** Stage → its command. */
  readonly stages: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

export const isDvcFile = (path: string): boolean => /(?:^|\/)(?:dvc\.yaml|dvc\.lock|[^/]+\.dvc)$/.test(path);

/** @param files text of every `dvc.yaml`, `dvc.lock` and `*.dvc` by path */
export function readPipeline(files: Readonly<Record<string, string>>): Pipeline {
  const found = {
    metrics: new Set<string>(),
    plots: new Set<string>(),
    params: new Map<string, Set<string>>(),
    inputs: new Map<string, DvcFile>(),
    outputs: new Map<string, DvcFile>(),
    lockedParams: {} as Record<string, Members>,
    stages: {} as Record<string, string>,
    problems: [] as Problem[],
  };
  for (const [file, text] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const value = readMap(text, file, found.problems);
    if (value === undefined) continue;
    const folder = posix.dirname(file);
    if (file.endsWith('dvc.yaml')) readDvcYaml(value, { file, folder }, found);
    else if (file.endsWith('dvc.lock')) readDvcLock(value, folder, found);
    else for (const out of listAt(value, 'outs')) addFile(found.inputs, out, folder);
  }
  // What a stage made and another one read is no input of the whole.
  const inputs = [...found.inputs.values()].filter(({ path }) => !found.outputs.has(path));
  return {
    ...found,
    metrics: [...found.metrics].toSorted(),
    plots: [...found.plots].toSorted(),
    params: Object.fromEntries([...found.params].map(([file, keys]) => [file, [...keys].toSorted()])),
    inputs: inputs.toSorted(byPath),
    outputs: [...found.outputs.values()].toSorted(byPath),
  };
}

interface Found {
  readonly metrics: Set<string>;
  readonly plots: Set<string>;
  /** No keys: all of them. */
  readonly params: Map<string, Set<string>>;
  readonly inputs: Map<string, DvcFile>;
  readonly outputs: Map<string, DvcFile>;
  readonly lockedParams: Record<string, Members>;
  readonly stages: Record<string, string>;
  readonly problems: Problem[];
}

interface Where {
  readonly file: string;
  readonly folder: string;
}

function readDvcYaml(value: Members, where: Where, found: Found): void {
  const add = (target: Set<string>, items: readonly unknown[], folder: string): void => {
    for (const path of items.flatMap(pathsIn)) {
      if (path.includes('${')) found.problems.push(templated(where.file, path));
      else target.add(posix.normalize(posix.join(folder, path)));
    }
  };
  add(found.metrics, listAt(value, 'metrics'), where.folder);
  for (const file of listAt(value, 'params').flatMap(pathsIn)) addParams(found, posix.join(where.folder, file), []);
  add(found.plots, plotFiles(at(value, 'plots')), where.folder);
  for (const [name, stage] of Object.entries(membersOf(at(value, 'stages')) ?? {})) {
    const folder = posix.join(where.folder, textAt(stage, 'wdir') ?? '.');
    if (at(stage, 'foreach') !== undefined || at(stage, 'matrix') !== undefined) {
      found.problems.push(templated(where.file, `stages.${name}`));
      continue;
    }
    add(found.metrics, listAt(stage, 'metrics'), folder);
    add(found.plots, listAt(stage, 'plots'), folder);
    for (const param of listAt(stage, 'params')) {
      // A plain name is a key of params.yaml; a map names another file, and its keys or none for all.
      if (typeof param === 'string') addParams(found, posix.join(folder, 'params.yaml'), [param]);
      for (const [file, keys] of Object.entries(membersOf(param) ?? {})) {
        const named = (Array.isArray(keys) ? keys : []).filter((key) => typeof key === 'string');
        addParams(found, posix.join(folder, file), named);
      }
    }
  }
}

function addParams({ params }: Found, path: string, keys: readonly string[]): void {
  const file = posix.normalize(path);
  const known = params.get(file);
  // Whoever reads all of it reads what the others do.
  if (keys.length === 0 || known?.size === 0) params.set(file, new Set());
  else params.set(file, new Set([...(known ?? []), ...keys]));
}

/** `plots: [file, {file: …}, {id: {y: {file: column}}}]`, or the map of the same. */
function plotFiles(plots: unknown): readonly unknown[] {
  const items = Array.isArray(plots) ? plots : membersOf(plots) === undefined ? [] : [plots];
  return items.flatMap((item) => {
    const members = membersOf(item);
    if (members === undefined) return [item];
    return Object.entries(members).flatMap(([id, options]) => {
      const y = membersOf(at(options, 'y'));
      return y === undefined ? [id] : Object.keys(y);
    });
  });
}

/** An entry of a list is a path, or a map of paths to options. */
const pathsIn = (entry: unknown): readonly string[] =>
  typeof entry === 'string' ? [entry] : Object.keys(membersOf(entry) ?? {});

function readDvcLock(value: Members, folder: string, found: Found): void {
  // Version 1 had the stages at the top.
  for (const [name, stage] of Object.entries(membersOf(at(value, 'stages')) ?? value)) {
    if (membersOf(stage) === undefined) continue;
    const cmd = at(stage, 'cmd');
    found.stages[name] = (Array.isArray(cmd) ? cmd.join(' && ') : String(cmd ?? '')).slice(0, 1000);
    for (const dep of listAt(stage, 'deps')) addFile(found.inputs, dep, folder);
    for (const out of listAt(stage, 'outs')) addFile(found.outputs, out, folder);
    for (const [file, values] of Object.entries(membersOf(at(stage, 'params')) ?? {})) {
      const path = posix.normalize(posix.join(folder, file));
      found.lockedParams[path] = { ...found.lockedParams[path], ...membersOf(values) };
    }
  }
}

function addFile(target: Map<string, DvcFile>, entry: unknown, folder: string): void {
  const path = textAt(entry, 'path');
  const known = (['md5', 'etag', 'checksum'] as const).flatMap((hash) => {
    const digest = textAt(entry, hash);
    return digest === undefined ? [] : [`${hash}:${digest}`];
  });
  const [digest] = known;
  if (path === undefined || digest === undefined) return;
  const bytes = numberAt(entry, 'size');
  const isElsewhere = /^[a-z0-9+]+:\/\//i.test(path);
  const full = isElsewhere ? path : posix.normalize(posix.join(folder, path));
  target.set(full, { path: full, digest, ...(bytes !== undefined && { bytes }) });
}

function readMap(text: string, file: string, problems: Problem[]): Members | undefined {
  try {
    const value = membersOf(parse(text, { maxAliasCount: 100, logLevel: 'error' }) ?? {});
    if (value !== undefined) return value;
  } catch {
    // Told below, as what is no map is.
  }
  problems.push({
    code: 'DVC_FILE_BROKEN',
    severity: 'error',
    message: `${file} is no YAML map.`,
    hint: 'What it says is left out; "dvc repro" writes dvc.lock anew.',
    file,
  });
  return undefined;
}

const byPath = (a: DvcFile, b: DvcFile): number => (a.path < b.path ? -1 : 1);

const templated = (file: string, what: string): Problem => ({
  code: 'DVC_TEMPLATED',
  severity: 'warning',
  message: `${file}: "${what}" is templated, and is not resolved here.`,
  hint: 'Its digests come from dvc.lock; name its metrics in the list "metrics" at the top to have their values.',
  file,
});
