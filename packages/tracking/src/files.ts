// Files a run read or made, by digest, and where somebody else finds the same bytes again.
import { posix } from 'node:path';
import { canonicalJson, isExpected, type Problem, type Read, type RunArtifact, type RunInput } from '@pawl/core';
import {
  isAddress,
  pinnedAddress,
  readDvcPointer,
  readLfsPointer,
  unpinned,
  type LoggedArtifact,
} from '@pawl/core/tracking';
import type { World } from '@pawl/wiring';
import { md5Of, pointerTo } from './dvc.ts';
import { sha256 } from './sha256.ts';

export async function artifactOf(world: World, artifact: LoggedArtifact): Promise<Read<RunArtifact>> {
  if ('uri' in artifact) {
    const { name, uri, digest, bytes } = artifact;
    return { value: { name, uri, digest, ...(bytes !== undefined && { bytes }) }, problems: [] };
  }
  const { name } = artifact;
  const path = plainPath(artifact.path);
  const content = await contentOf(world, path);
  if (content.value === undefined) {
    const pointer = await pointerTo(world, path);
    if (pointer === undefined) return { problems: content.problems };
    const { digest, bytes } = pointer;
    return { value: { name, uri: `dvc:${path}`, digest, ...(bytes !== undefined && { bytes }) }, problems: [] };
  }
  const { digest, bytes } = content.value;
  const uri = content.value.files === undefined ? await placeOf(world, path, digest) : undefined;
  return {
    value: { name, digest, bytes, ...(uri !== undefined && { uri }) },
    problems: uri === undefined ? [nowhere(path)] : [],
  };
}

/** A file, a folder, a glob, a `.dvc` file, or an address with its digest. */
export async function inputsOf(world: World, given: string): Promise<Read<readonly RunInput[]>> {
  if (isAddress(given)) {
    const pinned = pinnedAddress(given);
    if (pinned === undefined) return { problems: [unpinned('data', given)] };
    return { value: [{ role: 'data', path: pinned.uri, digest: pinned.digest }], problems: [] };
  }
  const path = plainPath(given);
  if (path.endsWith('.dvc')) return pointedInputs(world, path);
  const content = await contentOf(world, path);
  if (content.value !== undefined) {
    const { digest, bytes } = content.value;
    return { value: [{ role: 'data', path, digest, bytes }], problems: [] };
  }
  const pointer = await pointerTo(world, path);
  if (pointer !== undefined) return { value: [inputOf(path, pointer)], problems: [] };
  const matches = /[*?[{]/.test(path) ? await world.workspace.list(path) : [];
  if (matches.length === 0) return { problems: content.problems };
  const read = await Promise.all(matches.map((match) => world.workspace.fingerprint(match)));
  const inputs = matches.flatMap((match, index) => {
    const found = read[index];
    return found === undefined ? [] : [inputOf(match, found)];
  });
  return { value: inputs, problems: [] };
}

const inputOf = (path: string, { digest, bytes }: { readonly digest: string; readonly bytes?: number }): RunInput => ({
  role: 'data',
  path,
  digest,
  ...(bytes !== undefined && { bytes }),
});

async function pointedInputs({ workspace }: World, path: string): Promise<Read<readonly RunInput[]>> {
  const text = await workspace.readText(path);
  if (text === undefined) return { problems: [missing(path)] };
  const outs = readDvcPointer(text);
  if (outs.length > 0)
    return { value: outs.map((out) => inputOf(posix.join(posix.dirname(path), out.path), out)), problems: [] };
  return {
    problems: [
      {
        code: 'RUN_POINTER_INVALID',
        severity: 'error',
        message: `${path} names no output with its md5.`,
        hint: 'Run `dvc add` or `dvc commit`, or name the data itself.',
        file: path,
      },
    ],
  };
}

interface Content {
  readonly digest: string;
  readonly bytes: number;
  /** Of a folder. */
  readonly files?: number;
}

/** A folder's digest is that of its listing: canonical JSON of `[[path, digest], …]`, sorted by path. */
async function contentOf({ workspace }: World, path: string): Promise<Read<Content>> {
  try {
    const file = await workspace.fingerprint(path);
    return file === undefined ? { problems: [missing(path)] } : { value: file, problems: [] };
  } catch (error) {
    if (!isExpected(error) || error.code !== 'WORKSPACE_NO_FILE') throw error;
  }
  const listing: (readonly [string, string])[] = [];
  let bytes = 0;
  for (const file of await workspace.list(`${literal(path)}/**`)) {
    const found = await workspace.fingerprint(file);
    if (found === undefined) continue;
    listing.push([posix.relative(path, file), found.digest]);
    bytes += found.bytes;
  }
  if (listing.length === 0) return { problems: [emptyFolder(path)] };
  return { value: { digest: sha256(canonicalJson(listing)), bytes, files: listing.length }, problems: [] };
}

/** As a glob that matches itself alone: Node's own takes no backslash for an escape. */
const literal = (path: string): string => path.replaceAll(/[[\]()*?]/g, '[$&]');

/** Where the same bytes are kept: DVC's remote, Git LFS or the commit. Undefined when nobody else can get them. */
async function placeOf(world: World, path: string, digest: string): Promise<string | undefined> {
  const pointer = await pointerTo(world, path);
  if (pointer !== undefined && pointer.digest === (await md5Of(world, path))) return `dvc:${path}`;
  try {
    const committed = await world.history.read('HEAD', path);
    if (committed === undefined) return undefined;
    if (sha256(committed) === digest) return path;
    return readLfsPointer(new TextDecoder().decode(committed.subarray(0, 1024))) === digest ? `lfs:${path}` : undefined;
  } catch (error) {
    // No commit yet, or a partial clone without the file: then nothing is known to be kept.
    if (isExpected(error)) return undefined;
    throw error;
  }
}

const plainPath = (path: string): string => {
  const normal = posix.normalize(path.replaceAll('\\', '/')).replace(/\/+$/, '');
  return normal === '' ? '.' : normal;
};

const missing = (path: string): Problem => ({
  code: 'RUN_FILE_MISSING',
  severity: 'error',
  message: `There is no file "${path}".`,
  hint: 'Paths are relative to the folder the command works in.',
});

const emptyFolder = (path: string): Problem => ({
  code: 'RUN_FOLDER_EMPTY',
  severity: 'error',
  message: `The folder "${path}" holds no file.`,
  hint: 'Name a folder with files, or leave it out.',
});

const nowhere = (path: string): Problem => ({
  code: 'RUN_ARTIFACT_NOT_KEPT',
  severity: 'warning',
  message: `"${path}" is recorded by its digest alone: neither the commit nor DVC nor Git LFS holds these bytes.`,
  hint: 'Commit it, `dvc add` it, or upload it and log NAME=URL@sha256:DIGEST.',
});
