// Git objects over REST, behind the interface of `git cat-file`: bundles and the index are then read by the very code
// that reads them from a clone. Objects never change, so what was read once is kept, within a limit.
import type { CatFile, GitObject } from '../cat-file.ts';
import { blobId } from '../digests.ts';
import { StoreError } from '../errors.ts';
import type { GitHubApi } from './github-api.ts';
import { RestFailure } from './rest-failure.ts';

export type ObjectType = GitObject['type'];

export interface RestObjects {
  readonly catFile: CatFile;
  /** What an object is, told by a ref: REST has an address for each type. `whole`: its trees in one request. */
  learn(oid: string, type: ObjectType, whole?: boolean): void;
  /** Made here: need not be asked for. */
  keep(oid: string, type: ObjectType, content: Buffer): void;
}

const keptBytes = 24_000_000;

interface Entry {
  readonly path: string;
  readonly mode: string;
  readonly type: ObjectType;
  readonly sha: string;
  readonly size?: number;
}

export function openRestObjects(api: GitHubApi): RestObjects {
  const types = new Map<string, ObjectType>();
  const wholes = new Set<string>();
  const sizes = new Map<string, number>();
  const kept = new Map<string, GitObject>();
  const asked = new Map<string, Promise<GitObject | undefined>>();
  let bytes = 0;

  const keep = (oid: string, type: ObjectType, content: Buffer): GitObject => {
    const object: GitObject = { oid, type, size: content.length, content };
    if (!kept.has(oid)) bytes += content.length + 200;
    kept.set(oid, object);
    for (const [old, { size }] of kept) {
      if (bytes <= keptBytes) break;
      kept.delete(old);
      bytes -= size + 200;
    }
    return object;
  };

  const readCommit = async (oid: string): Promise<GitObject> => {
    const commit = (await api.get(`git/commits/${oid}`)) as { readonly tree: { readonly sha: string } };
    const tree = commit.tree.sha;
    types.set(tree, 'tree');
    if (wholes.has(oid)) wholes.add(tree);
    // Of a commit only the tree is ever read.
    return keep(oid, 'commit', Buffer.from(`tree ${tree}\n`));
  };

  const readTree = async (oid: string): Promise<GitObject> => {
    const whole = wholes.has(oid);
    const answer = await listTree(oid, whole);
    // Past 100,000 entries a list is cut off; level by level each folder is far below.
    if (answer.truncated && !whole)
      throw new StoreError('STORE_TREE_TOO_LARGE', `GitHub does not list all of folder ${oid}.`, {
        hint: 'Read the store in a job with a checkout.',
      });
    const { tree } = answer.truncated ? await listTree(oid, false) : answer;
    for (const { sha, type, size } of tree) {
      types.set(sha, type);
      if (size !== undefined) sizes.set(sha, size);
    }
    const folders = Map.groupBy(tree, ({ path }) => path.slice(0, path.lastIndexOf('/') + 1));
    if (whole && !answer.truncated)
      for (const { path, sha, type } of tree)
        if (type === 'tree') keep(sha, 'tree', rawTree(folders.get(`${path}/`) ?? []));
    return keep(oid, 'tree', rawTree(folders.get('') ?? []));
  };

  const listTree = async (oid: string, whole: boolean) =>
    (await api.get(`git/trees/${oid}${whole ? '?recursive=1' : ''}`)) as {
      readonly tree: readonly Entry[];
      readonly truncated: boolean;
    };

  const readBlob = async (oid: string): Promise<GitObject> => {
    const { content, encoding } = (await api.get(`git/blobs/${oid}`)) as { content: string; encoding: string };
    const bytesRead = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
    if (blobId('sha1', bytesRead) !== oid)
      throw new RestFailure({ kind: 'unreachable', said: `blob ${oid} arrived with other content than its id says` });
    return keep(oid, 'blob', bytesRead);
  };

  const ask = async (oid: string): Promise<GitObject | undefined> => {
    try {
      const type = types.get(oid) ?? 'blob';
      if (type === 'commit') return await readCommit(oid);
      if (type === 'tree') return await readTree(oid);
      if (type === 'blob') return await readBlob(oid);
      return { oid, type, size: 0, content: undefined };
    } catch (error) {
      if (error instanceof RestFailure && error.kind === 'missing') return undefined;
      throw error;
    }
  };

  return {
    learn: (oid, type, whole = false) => {
      types.set(oid, type);
      if (whole) wholes.add(oid);
    },
    keep,
    catFile: {
      read: async (oid, limit = Number.POSITIVE_INFINITY) => {
        if (!/^[0-9a-f]{40}$/.test(oid)) return undefined;
        const size = sizes.get(oid);
        if (size !== undefined && size > limit)
          return { oid, type: types.get(oid) ?? 'blob', size, content: undefined };
        const known = kept.get(oid);
        let object: GitObject | undefined = known;
        if (known === undefined) {
          const asking = asked.get(oid) ?? ask(oid).finally(() => asked.delete(oid));
          asked.set(oid, asking);
          object = await asking;
        }
        return object === undefined || object.size <= limit ? object : { ...object, content: undefined };
      },
      [Symbol.asyncDispose]: async () => {},
    },
  };
}

/** As Git itself writes trees, for the one parser of trees there is. */
const rawTree = (entries: readonly Entry[]): Buffer =>
  Buffer.concat(
    entries.flatMap(({ path, mode, sha }) => [
      Buffer.from(`${mode.replace(/^0/, '')} ${path.slice(path.lastIndexOf('/') + 1)}\0`),
      Buffer.from(sha, 'hex'),
    ]),
  );
