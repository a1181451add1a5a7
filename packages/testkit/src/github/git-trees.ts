// Trees of the Git Data API: listed one level or all the way down, and made from paths on top of another tree.
import type { JsonObject } from './contract.ts';
import { entriesOf, treeContent, treeOfCommit, type Entry, type GitObjects } from './git-objects.ts';
import { apiOf } from './objects.ts';
import { failure, notFound, ok, textOf, type Handler, type State } from './state.ts';

/** GitHub cuts a recursive listing here, and says so. */
const mostEntries = 100_000;

const typeOf = (mode: string): string => (/^0?40000$/u.test(mode) ? 'tree' : mode === '160000' ? 'commit' : 'blob');

export const getTree: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const sha = String(call.path['tree_sha']);
  const object = await objects.read(sha);
  const tree = object?.type === 'commit' ? treeOfCommit(object.content) : sha;
  const content = object?.type === 'commit' ? (await objects.read(tree))?.content : object?.content;
  if (content === undefined || object?.type === 'blob') return notFound();
  // Any value of `recursive` means yes, also "0" and "false".
  const recursive = call.query['recursive'] !== undefined;
  const listed: JsonObject[] = [];
  await list(state, objects, { content, folder: '', recursive, listed });
  const most = state.git?.mostTreeEntries ?? mostEntries;
  return ok({ sha, url: treeUrl(state, sha), tree: listed.slice(0, most), truncated: listed.length > most });
};

async function list(
  state: State,
  objects: GitObjects,
  walk: {
    readonly content: Buffer;
    readonly folder: string;
    readonly recursive: boolean;
    readonly listed: JsonObject[];
  },
): Promise<void> {
  for (const { mode, name, sha } of entriesOf(walk.content)) {
    const path = walk.folder + name;
    const type = typeOf(mode);
    const object = type === 'commit' ? undefined : await objects.read(sha);
    walk.listed.push({
      path,
      mode: mode.padStart(6, '0'),
      type,
      sha,
      ...(type === 'blob' && object !== undefined && { size: object.content.length }),
      url: type === 'tree' ? treeUrl(state, sha) : `${apiOf(state.place)}/git/blobs/${sha}`,
    });
    if (walk.recursive && type === 'tree' && object !== undefined)
      await list(state, objects, { ...walk, content: object.content, folder: `${path}/` });
  }
}

const treeUrl = (state: State, sha: string): string => `${apiOf(state.place)}/git/trees/${sha}`;

interface Folder {
  readonly files: Map<string, Entry>;
  readonly folders: Map<string, Folder>;
}

export const createTree: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const base = textOf(call.body['base_tree']);
  const top = base === undefined ? emptyFolder() : await openFolder(objects, base);
  if (top === undefined) return failure(422, 'base_tree is not a valid tree oid');
  for (const entry of call.body['tree'] as readonly JsonObject[]) {
    const parts = String(entry['path']).split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || part === '.git'))
      return failure(422, 'tree.path contains a malformed path component');
    const content = textOf(entry['content']);
    const given = content === undefined ? entry['sha'] : await objects.write('blob', Buffer.from(content, 'utf8'));
    if (typeof given === 'string' && (await objects.read(given)) === undefined)
      return failure(422, `tree.sha ${given} is not a valid blob`);
    await place(
      objects,
      top,
      parts,
      typeof given === 'string' ? { mode: String(entry['mode']), sha: given } : undefined,
    );
  }
  const sha = await write(objects, top);
  if (sha === undefined) return failure(422, 'Invalid tree info');
  const listed: JsonObject[] = [];
  const content = (await objects.read(sha))?.content ?? Buffer.alloc(0);
  await list(state, objects, { content, folder: '', recursive: false, listed });
  return ok({ sha, url: treeUrl(state, sha), tree: listed, truncated: false }, 201);
};

const emptyFolder = (): Folder => ({ files: new Map(), folders: new Map() });

async function openFolder(objects: GitObjects, sha: string): Promise<Folder | undefined> {
  const object = await objects.read(sha);
  if (object?.type !== 'tree') return undefined;
  return { files: new Map(entriesOf(object.content).map((entry) => [entry.name, entry])), folders: new Map() };
}

async function place(
  objects: GitObjects,
  top: Folder,
  parts: readonly string[],
  entry: { readonly mode: string; readonly sha: string } | undefined,
): Promise<void> {
  let folder = top;
  for (const part of parts.slice(0, -1)) {
    const there = folder.files.get(part);
    const next =
      folder.folders.get(part) ??
      (there === undefined ? undefined : await openFolder(objects, there.sha)) ??
      emptyFolder();
    folder.folders.set(part, next);
    folder.files.delete(part);
    folder = next;
  }
  const name = parts.at(-1) ?? '';
  folder.folders.delete(name);
  if (entry === undefined) folder.files.delete(name);
  else folder.files.set(name, { name, ...entry });
}

/** Git has no empty folders. */
async function write(objects: GitObjects, folder: Folder): Promise<string | undefined> {
  const entries = [...folder.files.values()];
  for (const [name, child] of folder.folders) {
    const sha = await write(objects, child);
    if (sha !== undefined) entries.push({ mode: '40000', name, sha });
  }
  return entries.length === 0 ? undefined : objects.write('tree', treeContent(entries));
}
