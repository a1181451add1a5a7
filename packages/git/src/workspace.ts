// The Workspace port on a folder: forward slashes, streamed digests, and nothing outside the root, links resolved.
// Small files are read at once: Node's promises of files bring streams and four threads, a tenth of a short command.
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Workspace } from '@pawl/core';
import { sha256 } from './digests.ts';
import { WorkspaceError } from './errors.ts';

/** Bytes. Larger files are waited for and streamed, while other work goes on. */
const small = 1_000_000;

/** @throws WorkspaceError when the root is no folder */
export async function openWorkspace({ root }: { readonly root: string }): Promise<Workspace> {
  const real = rootOf(root);
  const locate = async (path: string): Promise<string> => locateInside(real, path);
  const read = async (path: string): Promise<Buffer | undefined> => {
    const file = locateInside(real, path);
    try {
      return statSync(file).size <= small ? readFileSync(file) : await readFile(file);
    } catch (cause) {
      return absentOrThrow(path, cause as NodeJS.ErrnoException);
    }
  };
  return {
    read,
    readText: async (path) => (await read(path))?.toString('utf8'),
    resolve: locate,
    list: (pattern) => list(real, pattern),
    fingerprint: async (path) => {
      const file = locateInside(real, path);
      const found = statOf(path, file);
      if (found === undefined) return undefined;
      if (!found.isFile()) throw notAFile(path);
      if (found.size <= small) {
        const content = readFileSync(file);
        return { digest: sha256(content), bytes: content.length };
      }
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

function rootOf(root: string): string {
  try {
    return realpathSync.native(root);
  } catch (cause) {
    throw new WorkspaceError('WORKSPACE_NO_FOLDER', `${root} is no folder.`, { cause });
  }
}

function statOf(path: string, file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (cause) {
    return absentOrThrow(path, cause as NodeJS.ErrnoException);
  }
}

/** The file a path means; of what does not exist yet, the folders that do are resolved. */
function locateInside(root: string, path: string): string {
  if (path.includes('\0') || isAbsolute(path) || /^[A-Za-z]:/.test(path)) throw outside(path);
  const wanted = resolve(root, path);
  if (!isInside(root, wanted)) throw outside(path);
  let existing = wanted;
  let rest = '';
  for (;;) {
    const real = realOf(existing, path);
    if (real !== undefined) {
      const found = join(real, rest);
      if (!isInside(root, found)) throw outside(path);
      return found;
    }
    // A link to nowhere could be made to lead anywhere before it is used.
    if (lstatSync(existing, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw outside(path);
    if (existing === root) return wanted;
    rest = join(relative(dirname(existing), existing), rest);
    existing = dirname(existing);
  }
}

/** Undefined where there is nothing. */
function realOf(existing: string, path: string): string | undefined {
  try {
    return realpathSync.native(existing);
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw new WorkspaceError('WORKSPACE_UNREADABLE', `${path} cannot be read: ${cause.code}.`, { cause });
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
    if (isFileInside(root, path)) found.push(path);
  }
  return found.toSorted();
}

function isFileInside(root: string, path: string): boolean {
  try {
    return statSync(locateInside(root, path)).isFile();
  } catch {
    return false;
  }
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
