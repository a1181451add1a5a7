// The Registry port over GitHub's API: tag objects by REST, and all refs of one change in one `updateRefs`, under the
// same guard ref and the same leases as a push of the git command line. Either side sees the other's changes in time.
// Weaker than Git: tags are never signed, a change that lost its race leaves tag objects behind that no ref names, and
// a commit is known only when GitHub has it.
import { setTimeout as delay } from 'node:timers/promises';
import type { Registry, RegisteredVersion } from '@pawl/core';
import {
  emptyState,
  listVersions,
  planArchive,
  planDeprecate,
  planLabel,
  planRegister,
  planUnlabel,
  replay,
  resolveVersion,
  type NamedState,
  type Plan,
  type PlannedTag,
} from '@pawl/core/registry';
import { RegistryError } from '../errors.ts';
import { storeRefs } from '../layout.ts';
import { openGitHubApi, type RestPlace } from './github-api.ts';
import { cleanPerson, pawl, type Person } from './packed-bundle.ts';
import { moveRefs, repositoryIdOf } from './refs.ts';
import { remedyOf, RestFailure } from './rest-failure.ts';
import { openRestTags, type RestTagState } from './rest-tags.ts';

export interface RestRegistryRequest extends RestPlace {
  /** Default `refs/pawl`: where the guard refs are. The tags are under `refs/tags`, as Git's. */
  readonly refPrefix?: string;
  /** Whose name the tags carry. They are not signed: the key would have to be GitHub's. */
  readonly identity?: Person;
}

export type RestRegistry = Registry &
  AsyncDisposable & {
    /** Requests so far: those that count against the rate limit, and those that only said "unchanged". */
    requests(): { readonly counted: number; readonly unchanged: number };
  };

const attempts = 40;
/** So often may a refusal leave no trace, as when two writers meet at one lock, before it is taken for a rule. */
const unexplained = 3;

/** @throws RegistryError when the repository's name or the address cannot be one */
export async function openRestRegistry(request: RestRegistryRequest): Promise<RestRegistry> {
  const guards = storeRefs(request.refPrefix ?? 'refs/pawl').registry;
  const api = await asking(request.repository, async () => openGitHubApi(request));
  const sleep = request.sleep ?? delay;
  const by = cleanPerson(request.identity ?? pawl);
  // `@head` keeps the guards of `mail` and `mail/triage` from being file and folder of one path.
  const guardOf = (name: string): string => `${guards}${name.replace(':', '=')}@head`;
  const tags = openRestTags({ api, guardOf, sleep });
  const now = (): number => Math.floor((request.now ?? Date.now)() / 1000);
  let repositoryId: Promise<string> | undefined;

  const stateOf = async (name: string): Promise<NamedState> =>
    replay((await asking(api.repository, () => tags.read(name))).records).get(name) ?? emptyState(name);

  /** All tags and the guard, or nothing. @throws RestFailure */
  const write = async (change: Change, planned: readonly PlannedTag[], state: RestTagState): Promise<void> => {
    const made = await Promise.all(
      planned.map(async (tag) => ({ ref: `refs/tags/${tag.tag}`, to: await tags.write(tag, change.message, by) })),
    );
    repositoryId ??= repositoryIdOf(api);
    repositoryId.catch(() => (repositoryId = undefined));
    await moveRefs(api, await repositoryId, [
      ...made.map(({ ref, to }) => ({ ref, to, from: undefined })),
      { ref: guardOf(change.name), from: state.guard, to: made.at(-1)?.to ?? '' },
    ]);
  };

  const change = async (wish: Change): Promise<void> => {
    let before: string | undefined;
    let same = 0;
    for (let attempt = 1; ; attempt++) {
      const state = await asking(api.repository, () => tags.read(wish.name));
      const { refusal, tags: planned } = wish.plan(replay(state.records).get(wish.name) ?? emptyState(wish.name));
      if (refusal !== undefined) throw new RegistryError(refusal.code, refusal.message, { hint: refusal.hint });
      if (planned.length === 0) return;
      const failure = await write(wish, planned, state).catch((error: unknown) => error);
      if (failure === undefined) return;
      if (!(failure instanceof RestFailure)) throw failure;
      same = before === state.fingerprint ? same + 1 : 0;
      if (failure.kind !== 'refused' || same === unexplained || attempt === attempts)
        throw notTagged(api.repository, planned, failure);
      before = state.fingerprint;
      await sleep(Math.random() * Math.min(2000, 25 * 2 ** attempt));
    }
  };

  return {
    list: async (name, options) =>
      listVersions(replay((await asking(api.repository, () => tags.read(name))).records), name, options),
    resolve: async (name, at) => resolveVersion(await stateOf(name), at),
    register: async ({ name, version, commit, message }): Promise<RegisteredVersion> => {
      const wanted = { commit, ...(version !== undefined && { version }) };
      await change({ name, message, plan: (state) => planRegister(state, wanted, now()) });
      const made = (await stateOf(name)).versions.find((one) => one.commit === commit);
      if (made !== undefined) return made;
      throw new RegistryError('REGISTRY_LOST', `${name} was registered, but the tag is gone again.`, {
        hint: 'Somebody deleted it; run it again.',
      });
    },
    label: ({ name, version, label, message }) =>
      change({ name, message, plan: (state) => planLabel(state, { version, label }, now()) }),
    unlabel: ({ name, label, message }) => change({ name, message, plan: (state) => planUnlabel(state, label, now()) }),
    deprecate: ({ name, message }) => change({ name, message, plan: (state) => planDeprecate(state, now()) }),
    archive: ({ name, version, message }) =>
      change({ name, message, plan: (state) => planArchive(state, version, now()) }),
    tagger: async () => ({ ...by }),
    history: async (name) => (await stateOf(name)).events,
    requests: () => ({ ...api.sent }),
    [Symbol.asyncDispose]: async () => {},
  };
}

interface Change {
  readonly name: string;
  readonly message: string;
  readonly plan: (state: NamedState) => Plan;
}

async function asking<T>(repository: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RestFailure)) throw error;
    throw new RegistryError('REGISTRY_UNREACHABLE', `The tags of ${repository} cannot be read: ${error.said}`, {
      hint: remedyOf(error, false),
      cause: error,
    });
  }
}

function notTagged(repository: string, planned: readonly PlannedTag[], failure: RestFailure): RegistryError {
  const names = planned.map(({ tag }) => `refs/tags/${tag}`).join(', ');
  return new RegistryError('REGISTRY_REFUSED', `${repository} refused ${names}: ${failure.said}`, {
    hint: `${remedyOf(failure, true)} Nothing was changed.`,
    cause: failure,
  });
}
