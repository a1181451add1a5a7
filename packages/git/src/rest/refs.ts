// Refs over REST: one request lists all refs under a prefix, and one answers that nothing changed.
import type { GitHubApi } from './github-api.ts';
import type { ObjectType } from './objects.ts';
import { RestFailure } from './rest-failure.ts';

export interface RestRef {
  readonly oid: string;
  readonly type: ObjectType;
}

interface RefAnswer {
  readonly ref: string;
  readonly object: { readonly sha: string; readonly type: ObjectType };
}

/** @param prefix `refs/pawl/`, or the beginning of a name. @throws RestFailure */
export async function listRefs(api: GitHubApi, prefix: string): Promise<ReadonlyMap<string, RestRef>> {
  const path = `git/matching-refs/${inPath(prefix)}`;
  const answers = await api.getAll(path).catch((error: unknown) => {
    // Nothing was ever pushed: there are no refs, and that is not a failure of the reader.
    if (error instanceof RestFailure && error.kind === 'empty') return [];
    throw error;
  });
  return new Map(
    (answers as readonly RefAnswer[])
      .filter(({ ref }) => ref.startsWith(prefix))
      .map(({ ref, object }) => [ref, { oid: object.sha, type: object.type }]),
  );
}

/** Create-only. @returns what is there now, when it is something else: then nothing was written. @throws RestFailure */
export async function createRef(api: GitHubApi, ref: string, oid: string): Promise<RestRef | undefined> {
  try {
    await api.post('git/refs', { ref, sha: oid });
    return undefined;
  } catch (error) {
    if (!(error instanceof RestFailure) || error.kind !== 'refused') throw error;
    // GitHub's words for "exists" may change; what is there does not lie.
    const there = (await listRefs(api, ref)).get(ref);
    if (there === undefined) throw error;
    return there.oid === oid ? undefined : there;
  }
}

export interface RefMove {
  readonly ref: string;
  /** What it must point to now; undefined: it must not exist. */
  readonly from: string | undefined;
  readonly to: string;
}

const zero = '0'.repeat(40);
const updateRefs = 'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';

/**
 * All moves, or none of them. REST has no such operation, and create-only refs one after the other would let two
 * writers both half succeed; GraphQL's `updateRefs` is GitHub's own `push --atomic --force-with-lease`.
 * @throws RestFailure of kind `refused` when one does not point where it must, or a rule forbids it
 */
export async function moveRefs(api: GitHubApi, repositoryId: string, moves: readonly RefMove[]): Promise<void> {
  const input = {
    repositoryId,
    refUpdates: moves.map(({ ref, from, to }) => ({
      name: ref,
      beforeOid: from ?? zero,
      afterOid: to,
      // From one tag to the next is no fast-forward; `beforeOid` is the lease all the same.
      ...(from !== undefined && { force: true }),
    })),
  };
  await api.graphql(updateRefs, { input });
}

/** GraphQL knows the repository by another name. @throws RestFailure */
export async function repositoryIdOf(api: GitHubApi): Promise<string> {
  return ((await api.get('')) as { readonly node_id: string }).node_id;
}

function inPath(ref: string): string {
  const parts = ref.replace(/^refs\//, '').split('/');
  // A URL would be shortened by them, and then name something else.
  if (parts.some((part) => part === '.' || part === '..'))
    throw new RestFailure({ kind: 'refused', said: `"${ref}" is no ref` });
  return parts.map(encodeURIComponent).join('/');
}
