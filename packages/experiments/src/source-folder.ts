// A folder that another tool wrote and the user named. Nothing outside it is read, whatever its files and links say.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ExchangeError } from './exchange-error.ts';

export interface SourceFolder {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Undefined when there is no such file. @throws ExchangeError when it lies outside, or is larger than `limit` bytes */
  bytes(path: string, limit: number): Promise<Uint8Array | undefined>;
  text(path: string, limit?: number): Promise<string | undefined>;
  /** Names in a folder, sorted; empty when there is none. */
  names(folder: string, kind: 'file' | 'folder'): Promise<readonly string[]>;
  /** Paths of all files below a folder, relative to it, sorted. @throws ExchangeError above `limit` files */
  filesBelow(folder: string, limit: number): Promise<readonly string[]>;
  /** Size and, up to `hashLimit` bytes, the digest. */
  fingerprint(
    path: string,
    hashLimit: number,
  ): Promise<{ readonly bytes: number; readonly digest?: string } | undefined>;
}

const textLimit = 8_000_000;
const deepest = 32;

/** @throws ExchangeError when the folder does not exist */
export async function openSourceFolder(path: string): Promise<SourceFolder> {
  const root = await realpath(path).catch(() => {
    throw new ExchangeError(
      'IMPORT_FOLDER_MISSING',
      `There is no folder "${path}".`,
      'Name the folder that the tool writes to.',
    );
  });
  if (!(await stat(root)).isDirectory())
    throw new ExchangeError(
      'IMPORT_FOLDER_MISSING',
      `"${path}" is no folder.`,
      'Name the folder that the tool writes to.',
    );
  const inside = (file: string): Promise<string | undefined> => resolveInside(root, file);
  const folder: SourceFolder = {
    path: root,
    bytes: async (file, limit) => {
      const resolved = await inside(file);
      return resolved === undefined ? undefined : readLimited(resolved, file, limit);
    },
    text: async (file, limit = textLimit) => {
      const bytes = await folder.bytes(file, limit);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    names: async (name, kind) => {
      const resolved = await inside(name);
      if (resolved === undefined) return [];
      const entries = await readdir(resolved, { withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => (kind === 'file' ? entry.isFile() : entry.isDirectory()))
        .map((entry) => entry.name)
        .toSorted();
    },
    filesBelow: async (name, limit) => {
      const found: string[] = [];
      await walk(folder, { top: name, below: '', depth: 0 }, found, limit);
      return found.toSorted();
    },
    fingerprint: async (file, hashLimit) => {
      const resolved = await inside(file);
      if (resolved === undefined) return undefined;
      const { size: bytes } = await stat(resolved);
      return { bytes, ...(bytes <= hashLimit && { digest: await hashFile(resolved) }) };
    },
  };
  return folder;
}

async function resolveInside(root: string, path: string): Promise<string | undefined> {
  const resolved = await realpath(join(root, path)).catch(() => undefined);
  if (resolved === undefined) return undefined;
  const way = relative(root, resolved);
  if (way === '..' || way.startsWith(`..${sep}`))
    throw new ExchangeError(
      'IMPORT_OUTSIDE',
      `"${path}" leads out of the folder.`,
      'Only what lies in the named folder is read.',
    );
  return resolved;
}

async function readLimited(resolved: string, path: string, limit: number): Promise<Uint8Array | undefined> {
  await using file = await open(resolved, 'r');
  const found = await file.stat();
  if (!found.isFile()) return undefined;
  if (found.size > limit)
    throw new ExchangeError(
      'IMPORT_FILE_TOO_LARGE',
      `${path} has ${found.size} bytes; at most ${limit} are read.`,
      'It is left out; keep it as an artifact.',
    );
  return file.readFile();
}

async function walk(
  folder: SourceFolder,
  { top, below, depth }: { readonly top: string; readonly below: string; readonly depth: number },
  found: string[],
  limit: number,
): Promise<void> {
  const here = join(top, below);
  for (const name of await folder.names(here, 'file')) {
    found.push(below === '' ? name : `${below}/${name}`);
    if (found.length > limit)
      throw new ExchangeError('IMPORT_TOO_MANY_FILES', `${top} holds more than ${limit} files.`, 'It is left out.');
  }
  if (depth === deepest) return;
  for (const name of await folder.names(here, 'folder'))
    await walk(folder, { top, below: below === '' ? name : `${below}/${name}`, depth: depth + 1 }, found, limit);
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}
