// The Workspace port on a folder: forward slashes, streamed digests, and nothing outside the root, links resolved.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { glob, lstat, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Workspace } from '@pawl/core';
import { WorkspaceError } from './errors.ts';

/** @throws WorkspaceError when the root is no folder */
export async function openWorkspace({ root }: { readonly root: string }): Promise<Workspace> {
  const real = await realpath(root).catch((cause: unknown) => {
    throw new WorkspaceError('WORKSPACE_NO_FOLDER', `${root} is no folder.`, { cause });
  });
  const locate = (path: string): Promise<string> => locateInside(real, path);
  const read = async (path: string): Promise<Buffer | undefined> => {
    const file = await locate(path);
    return readFile(file).catch((cause: NodeJS.ErrnoException) => absentOrThrow(path, cause));
  };
  return {
    read,
    readText: async (path) => (await read(path))?.toString('utf8'),
    resolve: locate,
    list: (pattern) => list(real, pattern),
    fingerprint: async (path) => {
      const file = await locate(path);
      const found = await stat(file).catch((cause: NodeJS.ErrnoException) => absentOrThrow(path, cause));
      if (found === undefined) return undefined;
      if (!found.isFile()) throw notAFile(path);
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
      }
      return { digest: `sha256:${hash.digest('hex')}`, bytes };
    },
    write: async (path, data) => {
      const file = await locate(path);
      await mkdir(dirname(file), { recursive: true });
      // Whole or not at all: a reader never sees half a file.
      const aside = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
      try {
        await writeFile(aside, data, { flag: 'wx' });
        await rename(aside, file);
      } catch (cause) {
        await rm(aside, { force: true });
        throw new WorkspaceError('WORKSPACE_UNWRITABLE', `${path} cannot be written.`, { cause });
      }
    },
  };
}

/** The file a path means; of what does not exist yet, the folders that do are resolved. */
async function locateInside(root: string, path: string): Promise<string> {
  if (path.includes('\0') || isAbsolute(path) || /^[A-Za-z]:/.test(path)) throw outside(path);
  const wanted = resolve(root, path);
  if (!isInside(root, wanted)) throw outside(path);
  let existing = wanted;
  let rest = '';
  for (;;) {
    const real = await realpath(existing).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
      throw new WorkspaceError('WORKSPACE_UNREADABLE', `${path} cannot be read: ${cause.code}.`, { cause });
    });
    if (real !== undefined) {
      const found = join(real, rest);
      if (!isInside(root, found)) throw outside(path);
      return found;
    }
    // A link to nowhere could be made to lead anywhere before it is used.
    const link = await lstat(existing).catch(() => undefined);
    if (link?.isSymbolicLink() === true) throw outside(path);
    if (existing === root) return wanted;
    rest = join(relative(dirname(existing), existing), rest);
    existing = dirname(existing);
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

async function list(root: string, pattern: string): Promise<readonly string[]> {
  if (isAbsolute(pattern) || pattern.split(/[/\\]/).includes('..')) throw outside(pattern);
  const found: string[] = [];
  const hidden = (name: string): boolean => name === '.git' || name === 'node_modules';
  for await (const entry of glob(pattern, { cwd: root, withFileTypes: true, exclude: (entry) => hidden(entry.name) })) {
    const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
    // A link may point to a file, to a folder, or out of the workspace; only files inside count.
    const file = await locateInside(root, path)
      .then(stat, () => undefined)
      .catch(() => undefined);
    if (file?.isFile() === true) found.push(path);
  }
  return found.toSorted();
}

function absentOrThrow(path: string, cause: NodeJS.ErrnoException): undefined {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
  if (cause.code === 'EISDIR') throw notAFile(path);
  throw new WorkspaceError('WORKSPACE_UNREADABLE', `${path} cannot be read: ${cause.code ?? cause.message}.`, {
    cause,
  });
}

const notAFile = (path: string): WorkspaceError =>
  new WorkspaceError('WORKSPACE_NO_FILE', `${path} is a folder, no file.`);

const outside = (path: string): WorkspaceError =>
  new WorkspaceError('WORKSPACE_OUTSIDE', `${path} lies outside the workspace.`, {
    hint: 'Paths are relative to the root of the repository, and links may not lead out of it.',
  });
