// Puts a bundle into the inbox over REST: tree with its files, commit, create-only ref. Every step may be repeated:
// objects are named by their content, and a ref that is there already is compared by content.
import { createHash } from 'node:crypto';
import { makeUlid, ulidTime } from '@pawl/core';
import { bundleFiles, type BundleFile } from '../bundle.ts';
import type { GitHubApi } from './github-api.ts';
import type { RestObjects } from './objects.ts';
import { packBundle, type BundleHead, type PackedBundle } from './packed-bundle.ts';
import { createRef, type RestRef } from './refs.ts';
import { RestFailure } from './rest-failure.ts';

export interface NamedBundle {
  /** ULID: the end of the inbox ref. */
  readonly name: string;
  readonly files: readonly BundleFile[];
  readonly head: BundleHead;
  readonly packed: PackedBundle;
}

export function nameBundle(
  name: string,
  { files, message }: ReturnType<typeof bundleFiles>,
  by: BundleHead['by'],
): NamedBundle {
  // The name's own time, so that the same bundle is the same commit whenever it is made.
  const head = { by, time: ulidTime(name), message: message(name) };
  return { name, files, head, packed: packBundle(files, head) };
}

/** A request is to stay well below what GitHub reads. */
const partBytes = 4_000_000;

/** @returns the ref that holds the bundle now. @throws RestFailure */
export async function pushBundle(
  { api, objects, inbox }: { readonly api: GitHubApi; readonly objects: RestObjects; readonly inbox: string },
  bundle: NamedBundle,
): Promise<string> {
  const { name, head, packed } = bundle;
  const tree = await createTree(api, bundle.files);
  if (tree !== packed.tree)
    throw new RestFailure({ kind: 'refused', said: `GitHub made tree ${tree} of what is tree ${packed.tree}` });
  const date = new Date(Math.floor(head.time / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  const person = { ...head.by, date };
  const { sha } = (await api.post('git/commits', {
    message: head.message,
    tree,
    parents: [],
    author: person,
    committer: person,
  })) as { readonly sha: string };
  const there = await createRef(api, inbox + name, sha);
  if (there === undefined || (await holds(objects, there, tree))) return inbox + name;
  // Somebody else's bundle has that name: ours goes beside it, and compaction finds out whether they are the same.
  const beside = inbox + makeUlid(ulidTime(name), createHash('sha256').update(tree).digest().subarray(0, 10));
  const taken = await createRef(api, beside, sha);
  if (taken === undefined || (await holds(objects, taken, tree))) return beside;
  throw new RestFailure({ kind: 'refused', said: `${beside} holds another bundle` });
}

async function createTree(api: GitHubApi, files: readonly BundleFile[]): Promise<string> {
  let base: string | undefined;
  for (const part of parts(files)) {
    const tree = await Promise.all(part.map((file) => treeEntry(api, file)));
    const made = (await api.post('git/trees', { tree, ...(base !== undefined && { base_tree: base }) })) as {
      readonly sha: string;
    };
    base = made.sha;
  }
  return base ?? '';
}

function* parts(files: readonly BundleFile[]): Generator<readonly BundleFile[]> {
  let part: BundleFile[] = [];
  let size = 0;
  for (const file of files) {
    if (part.length > 0 && size + file.content.length > partBytes) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(file);
    size += file.content.length;
  }
  yield part;
}

/** Text goes along with the tree; a NUL, which not every reader of JSON lets through, as a blob of its own. */
async function treeEntry(api: GitHubApi, { path, content }: BundleFile): Promise<object> {
  const entry = { path, mode: '100644', type: 'blob' };
  if (!content.includes(0)) return { ...entry, content: content.toString('utf8') };
  const { sha } = (await api.post('git/blobs', { content: content.toString('base64'), encoding: 'base64' })) as {
    readonly sha: string;
  };
  return { ...entry, sha };
}

/** Another commit of the same files is the same bundle. */
async function holds(objects: RestObjects, { oid, type }: RestRef, tree: string): Promise<boolean> {
  objects.learn(oid, type);
  if (type !== 'commit') return false;
  return (await objects.catFile.read(oid))?.content?.toString('latin1').startsWith(`tree ${tree}\n`) === true;
}
