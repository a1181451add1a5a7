// Git trees without an index or a working tree: read through `cat-file`, changed in memory, written by `mktree`
// level by level. Only the trees that a change touches are ever read.
import type { CatFile } from './cat-file.ts';
import { StoreError } from './errors.ts';
import type { Git } from './git-runner.ts';

export interface TreeEntry {
  readonly name: string;
  readonly mode: string;
  readonly oid: string;
}

export const isTree = (entry: TreeEntry): boolean => entry.mode === '40000' || entry.mode === '040000';

/** `mode SP name NUL oid`, again and again. */
export function parseTree(content: Buffer, oidBytes: number): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(32, at);
    const zero = content.indexOf(0, space);
    if (space < 0 || zero < 0 || zero + 1 + oidBytes > content.length) {
      throw new StoreError('STORE_TREE_CORRUPT', 'A tree in the store cannot be parsed.', { hint: 'Run git fsck.' });
    }
    entries.push({
      mode: content.toString('latin1', at, space),
      name: content.toString('utf8', space + 1, zero),
      oid: content.toString('hex', zero + 1, zero + 1 + oidBytes),
    });
    at = zero + 1 + oidBytes;
  }
  return entries;
}

/** @throws StoreError when the object is missing or no tree */
export async function readTree(catFile: CatFile, oid: string): Promise<readonly TreeEntry[]> {
  const object = await catFile.read(oid);
  if (object?.type !== 'tree' || object.content === undefined) {
    throw new StoreError('STORE_TREE_MISSING', `Tree ${oid} of the store cannot be read.`, {
      hint: 'Delete the private cache folder; it is fetched again.',
    });
  }
  return parseTree(object.content, oid.length / 2);
}

interface Node {
  oid: string | undefined;
  entries: Map<string, TreeEntry> | undefined;
  readonly children: Map<string, Node>;
  dirty: boolean;
}

export interface TreeEditor {
  entry(path: string): Promise<TreeEntry | undefined>;
  entries(path: string): Promise<readonly TreeEntry[]>;
  put(path: string, entry: Omit<TreeEntry, 'name'>): Promise<void>;
  /** Takes a file or a folder away; a folder that is left empty goes as well. */
  remove(path: string): Promise<void>;
  /** Writes what changed. @returns the root tree's id */
  write(): Promise<string>;
}

export function editTree(git: Git, catFile: CatFile, root?: string): TreeEditor {
  const top: Node = { oid: root, entries: undefined, children: new Map(), dirty: root === undefined };
  const open = async (node: Node): Promise<Map<string, TreeEntry>> => {
    node.entries ??= new Map(
      (node.oid === undefined ? [] : await readTree(catFile, node.oid)).map((entry) => [entry.name, entry]),
    );
    return node.entries;
  };
  const child = async (node: Node, name: string): Promise<Node | undefined> => {
    const known = node.children.get(name);
    if (known !== undefined) return known;
    const entry = (await open(node)).get(name);
    if (entry === undefined || !isTree(entry)) return undefined;
    const made: Node = { oid: entry.oid, entries: undefined, children: new Map(), dirty: false };
    node.children.set(name, made);
    return made;
  };
  const find = async (parts: readonly string[]): Promise<Node | undefined> => {
    let node: Node | undefined = top;
    for (const part of parts) node = node === undefined ? undefined : await child(node, part);
    return node;
  };
  return {
    entry: async (path) => {
      const parts = path.split('/');
      const node = await find(parts.slice(0, -1));
      return node === undefined ? undefined : (await open(node)).get(parts.at(-1) ?? '');
    },
    entries: async (path) => {
      const node = await find(path === '' ? [] : path.split('/'));
      return node === undefined ? [] : [...(await open(node)).values()];
    },
    put: async (path, { mode, oid }) => {
      const parts = path.split('/');
      const name = parts.pop() ?? '';
      let node = top;
      for (const part of parts) {
        node.dirty = true;
        const next = (await child(node, part)) ?? {
          oid: undefined,
          entries: new Map(),
          children: new Map(),
          dirty: true,
        };
        node.children.set(part, next);
        node = next;
      }
      node.dirty = true;
      (await open(node)).set(name, { name, mode, oid });
    },
    remove: async (path) => {
      const parts = path.split('/');
      const walked: Node[] = [top];
      for (const part of parts.slice(0, -1)) {
        const next = await child(walked.at(-1) ?? top, part);
        if (next === undefined) return;
        walked.push(next);
      }
      for (let depth = parts.length - 1; depth >= 0; depth--) {
        const node = walked[depth] ?? top;
        const entries = await open(node);
        entries.delete(parts[depth] ?? '');
        node.children.delete(parts[depth] ?? '');
        if (entries.size > 0 || node.children.size > 0) break;
      }
      for (const node of walked) node.dirty = true;
    },
    write: async () => {
      for (const level of levelsOf(top)) await writeLevel(git, level, open);
      return top.oid ?? '';
    },
  };
}

/** Changed trees, deepest first: a parent needs its children's ids. */
function levelsOf(top: Node): readonly (readonly Node[])[] {
  const levels: Node[][] = [];
  const visit = (node: Node, depth: number): void => {
    if (!node.dirty) return;
    (levels[depth] ??= []).push(node);
    for (const next of node.children.values()) visit(next, depth + 1);
  };
  visit(top, 0);
  return levels.toReversed();
}

async function writeLevel(
  git: Git,
  nodes: readonly Node[],
  open: (node: Node) => Promise<Map<string, TreeEntry>>,
): Promise<void> {
  const trees: string[] = [];
  for (const node of nodes) {
    const entries = await open(node);
    for (const [name, { oid }] of node.children) {
      if (oid !== undefined) entries.set(name, { name, mode: '040000', oid });
    }
    trees.push([...entries.values()].map(treeLine).join(''));
  }
  // --missing: a blobless cache does not hold the runs that the tree names.
  const written = await git.text(['mktree', '--missing', '-z', '--batch'], {
    input: trees.map((tree) => `${tree}\0`).join(''),
  });
  const oids = written.split('\n');
  nodes.forEach((node, index) => {
    node.oid = oids[index];
    node.dirty = false;
  });
}

function treeLine(entry: TreeEntry): string {
  const tree = isTree(entry);
  return `${tree ? '040000' : entry.mode} ${tree ? 'tree' : 'blob'} ${entry.oid}\t${entry.name}\0`;
}
