// The objects of a real bare repository, as the loopback GitHub reads and writes them. Git itself must accept what is
// written here: tests run `git fsck` and read it back by the git command line.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

export interface GitRepositoryPlace {
  /** Of a bare repository with SHA-1 objects. */
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

export type ObjectType = 'blob' | 'commit' | 'tag' | 'tree';

export interface StoredObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

export interface Entry {
  readonly mode: string;
  readonly name: string;
  readonly sha: string;
}

export interface GitObjects {
  read(sha: string): Promise<StoredObject | undefined>;
  /** @returns the object's id */
  write(type: ObjectType, content: Uint8Array): Promise<string>;
  /** Runs one Git command. */
  git(command: readonly string[], input?: string): Promise<{ readonly code: number; readonly stdout: Buffer }>;
}

const compress = promisify(deflate);

export function openGitObjects({ path, environment }: GitRepositoryPlace): GitObjects {
  // Objects never change, so that one spawn for each is enough.
  const known = new Map<string, StoredObject>();
  const git: GitObjects['git'] = (command, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn('git', ['--git-dir', path, ...command], { env: { ...environment } });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? 1, stdout: Buffer.concat(chunks) }));
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });
  return {
    git,
    read: async (sha) => {
      const seen = known.get(sha);
      if (seen !== undefined || !/^[0-9a-f]{40}$/u.test(sha)) return seen;
      const { stdout } = await git(['cat-file', '--batch'], `${sha}\n`);
      const end = stdout.indexOf(10);
      const [, type, size] = stdout.toString('latin1', 0, end).split(' ');
      if (size === undefined) return undefined;
      const object = { type: type as ObjectType, content: stdout.subarray(end + 1, end + 1 + Number(size)) };
      known.set(sha, object);
      return object;
    },
    write: async (type, content) => {
      const raw = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
      const sha = createHash('sha1').update(raw).digest('hex');
      const file = join(path, 'objects', sha.slice(0, 2), sha.slice(2));
      await mkdir(dirname(file), { recursive: true });
      // Moved into place: a reader never meets half an object.
      const made = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
      await writeFile(made, await compress(raw));
      await rename(made, file);
      known.set(sha, { type, content: Buffer.from(content) });
      return sha;
    },
  };
}

export function entriesOf(content: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(32, at);
    const zero = content.indexOf(0, space);
    const mode = content.toString('latin1', at, space);
    const sha = content.toString('hex', zero + 1, zero + 21);
    entries.push({ mode, name: content.toString('utf8', space + 1, zero), sha });
    at = zero + 21;
  }
  return entries;
}

/** Git's order: a folder is compared as if its name ended in a slash. */
export function treeContent(entries: readonly Entry[]): Buffer {
  const key = ({ mode, name }: Entry): Buffer => Buffer.from(/^0?40000$/u.test(mode) ? `${name}/` : name);
  const sorted = entries.toSorted((a, b) => Buffer.compare(key(a), key(b)));
  return Buffer.concat(
    sorted.flatMap(({ mode, name, sha }) => [
      Buffer.from(`${mode.replace(/^0/u, '')} ${name}\0`),
      Buffer.from(sha, 'hex'),
    ]),
  );
}

export const treeOfCommit = (content: Buffer): string =>
  /^tree ([0-9a-f]{40})/u.exec(content.toString('latin1'))?.[1] ?? '';
