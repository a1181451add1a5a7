// References of the Git Data API: every change is one transaction of `git update-ref`, so that pushes of the git
// command line into the same repository race with it as they would on GitHub.
import type { JsonObject } from './contract.ts';
import type { GitObjects } from './git-objects.ts';
import { apiOf, nodeId } from './objects.ts';
import { failure, notFound, ok, type Handler, type State } from './state.ts';

export const zero = '0'.repeat(40);

interface Ref {
  readonly ref: string;
  readonly sha: string;
  readonly type: string;
}

export async function refsOf(objects: GitObjects): Promise<readonly Ref[]> {
  const { stdout } = await objects.git(['for-each-ref', '--format=%(refname) %(objectname) %(objecttype)']);
  const lines = stdout.toString('utf8').split('\n').filter(Boolean);
  return lines.map((line) => line.split(' ')).map(([ref = '', sha = '', type = '']) => ({ ref, sha, type }));
}

const refObject = (state: State, { ref, sha, type }: Ref): JsonObject => ({
  ref,
  node_id: nodeId('REF', ref),
  url: `${apiOf(state.place)}/git/${ref.split('/').map(encodeURIComponent).join('/')}`,
  object: { sha, type, url: `${apiOf(state.place)}/git/${type}s/${sha}` },
});

export const isEmpty = async (objects: GitObjects): Promise<boolean> =>
  (await objects.git(['for-each-ref', '--count=1'])).stdout.length === 0;

/** No paging: GitHub's description has none, and answers with all of them. */
const matching: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const prefix = `refs/${String(call.path['ref'])}`;
  return ok((await refsOf(objects)).filter(({ ref }) => ref.startsWith(prefix)).map((one) => refObject(state, one)));
};

export const find = async (objects: GitObjects, ref: string): Promise<Ref | undefined> =>
  (await refsOf(objects)).find((one) => one.ref === ref);

const get: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  const found = objects === undefined ? undefined : await find(objects, `refs/${String(call.path['ref'])}`);
  return found === undefined ? notFound() : ok(refObject(state, found));
};

const create: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const [ref, sha] = [String(call.body['ref']), String(call.body['sha'])];
  if (!/^refs\/[^/]+\/./u.test(ref) || !(await isRefName(objects, ref)))
    return failure(422, 'Reference name must start with refs/ and have at least one slash');
  const object = await objects.read(sha);
  if (object === undefined) return failure(422, 'Object does not exist');
  const said = state.git?.refuses?.(ref);
  if (said !== undefined) return failure(422, said);
  if (!(await transact(objects, [{ ref, before: zero, after: sha }]))) {
    const there = await find(objects, ref);
    return there === undefined ? failure(500, 'Server Error') : failure(422, 'Reference already exists');
  }
  return ok(refObject(state, { ref, sha, type: object.type }), 201);
};

const update: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const [ref, sha] = [`refs/${String(call.path['ref'])}`, String(call.body['sha'])];
  const there = await find(objects, ref);
  if (there === undefined) return failure(422, 'Reference does not exist');
  const object = await objects.read(sha);
  if (object === undefined) return failure(422, 'Object does not exist');
  if (call.body['force'] !== true && !(await isForward(objects, there.sha, sha)))
    return failure(422, 'Update is not a fast forward');
  if (!(await transact(objects, [{ ref, before: there.sha, after: sha }])))
    return failure(422, 'Reference cannot be updated');
  return ok(refObject(state, { ref, sha, type: object.type }));
};

const remove: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const there = await find(objects, `refs/${String(call.path['ref'])}`);
  if (there === undefined) return { status: 422 };
  return (await transact(objects, [{ ref: there.ref, before: there.sha, after: zero }]))
    ? { status: 204 }
    : { status: 422 };
};

export interface RefChange {
  readonly ref: string;
  /** Undefined: whatever it is now. */
  readonly before: string | undefined;
  readonly after: string;
}

/** All of them or none. */
export async function transact(objects: GitObjects, changes: readonly RefChange[]): Promise<boolean> {
  const lines = changes.map(({ ref, before, after }) =>
    after === zero
      ? `delete ${ref}${before === undefined ? '' : ` ${before}`}`
      : `update ${ref} ${after}${before === undefined ? '' : ` ${before}`}`,
  );
  const input = `start\n${lines.join('\n')}\nprepare\ncommit\n`;
  return (await objects.git(['-c', 'core.logAllRefUpdates=false', 'update-ref', '--stdin'], input)).code === 0;
}

export const isForward = async (objects: GitObjects, from: string, to: string): Promise<boolean> =>
  (await objects.git(['merge-base', '--is-ancestor', from, to])).code === 0;

const isRefName = async (objects: GitObjects, ref: string): Promise<boolean> =>
  (await objects.git(['check-ref-format', ref])).code === 0;

export const refHandlers: Readonly<Record<string, Handler>> = {
  'git/create-ref': create,
  'git/delete-ref': remove,
  'git/get-ref': get,
  'git/list-matching-refs': matching,
  'git/update-ref': update,
};
