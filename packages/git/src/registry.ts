// The Registry port on annotated Git tags. Tags are made in our private repository and pushed create-only; a guard
// ref per name moves in the same atomic push, so that of two hands that change one name, one plans again.
import { setTimeout as sleep } from 'node:timers/promises';
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
import { GitFailure, RegistryError, wordsOf } from './errors.ts';
import { storeRefs } from './layout.ts';
import { openPrivateRepository, type PrivateRepository, type PrivateRepositoryRequest } from './private-repository.ts';
import { openTagReader, type TagState } from './tag-reader.ts';
import { writeTag } from './tag-writer.ts';

export interface RegistryRequest extends PrivateRepositoryRequest {
  /** Default `refs/pawl`: where the guard refs are. The tags are under `refs/tags`, as Git's. */
  readonly refPrefix?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export type GitRegistry = Registry & AsyncDisposable;

const attempts = 40;

/** @throws StoreError when there is no repository, or no such remote */
export async function openRegistry(request: RegistryRequest): Promise<GitRegistry> {
  const repository = await openPrivateRepository(request);
  const guards = storeRefs(request.refPrefix ?? 'refs/pawl').registry;
  const readTags = openTagReader(repository, guards);
  const now = (): number => Math.floor((request.now ?? Date.now)() / 1000);

  const stateOf = async (name: string): Promise<NamedState> =>
    replay((await readTags()).records).get(name) ?? emptyState(name);

  const change = async (name: string, message: string, plan: (state: NamedState) => Plan): Promise<void> => {
    let before: TagState | undefined;
    for (let attempt = 1; ; attempt++) {
      const tags = await readTags();
      const { refusal, tags: planned } = plan(replay(tags.records).get(name) ?? emptyState(name));
      if (refusal !== undefined) throw new RegistryError(refusal.code, refusal.message, { hint: refusal.hint });
      if (planned.length === 0) return;
      const failure = await pushTags({ repository, guards, tags }, { name, message, planned });
      if (failure === undefined) return;
      // The same view twice in a row: nobody was quicker, so the push itself is refused.
      if (before?.fingerprint === tags.fingerprint || attempt === attempts) throw refused(repository, planned, failure);
      before = tags;
      await sleep(Math.random() * Math.min(2000, 25 * 2 ** attempt));
    }
  };

  return {
    list: async (name, options) => listVersions(replay((await readTags()).records), name, options),
    resolve: async (name, at) => resolveVersion(await stateOf(name), at),
    register: async ({ name, version, commit, message }): Promise<RegisteredVersion> => {
      await change(name, message, (state) =>
        planRegister(state, { commit, ...(version !== undefined && { version }) }, now()),
      );
      const made = (await stateOf(name)).versions.find((one) => one.commit === commit);
      if (made !== undefined) return made;
      throw new RegistryError('REGISTRY_LOST', `${name} was registered, but the tag is gone again.`, {
        hint: 'Somebody deleted it; run it again.',
      });
    },
    label: ({ name, version, label, message }) =>
      change(name, message, (state) => planLabel(state, { version, label }, now())),
    unlabel: ({ name, label, message }) => change(name, message, (state) => planUnlabel(state, label, now())),
    deprecate: ({ name, message }) => change(name, message, (state) => planDeprecate(state, now())),
    archive: ({ name, version, message }) => change(name, message, (state) => planArchive(state, version, now())),
    tagger: async () => {
      const { name, email } = repository.target.identity;
      return { name, email };
    },
    history: async (name) => (await stateOf(name)).events,
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  };
}

interface TagChange {
  readonly name: string;
  readonly message: string;
  readonly planned: readonly PlannedTag[];
}

/** All tags and the guard, or nothing. @returns the failure of the push, or undefined */
async function pushTags(
  {
    repository,
    guards,
    tags,
  }: { readonly repository: PrivateRepository; readonly guards: string; readonly tags: TagState },
  { name, message, planned }: TagChange,
): Promise<GitFailure | undefined> {
  await fetchCommits(
    repository,
    planned.map(({ commit }) => commit),
  );
  const leases = new Map<string, string>();
  const refspecs: string[] = [];
  let newest = '';
  for (const tag of planned) {
    newest = await writeTag(repository, tag, message);
    refspecs.push(`${newest}:refs/tags/${tag.tag}`);
    leases.set(`refs/tags/${tag.tag}`, '');
  }
  // `@head` keeps the guards of `mail` and `mail/triage` from being file and folder of one path.
  const guard = `${guards}${name.replace(':', '=')}@head`;
  leases.set(guard, tags.guards.get(guard) ?? '');
  const result = await repository.push([...refspecs, `${newest}:${guard}`], { leases, atomic: true, negotiate: true });
  return result.code === 0 ? undefined : new GitFailure(['push'], result.code, result.stderr);
}

/** From the target, not from the user's clone: a tag must never carry unpushed history with it. */
async function fetchCommits(repository: PrivateRepository, commits: readonly string[]): Promise<void> {
  for (const commit of new Set(commits)) {
    if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) {
      const there = await repository.fetch([commit], { what: 'trees' }).then(
        () => true,
        (error: unknown) => error,
      );
      if (there === true) continue;
      throw new RegistryError(
        'REGISTRY_COMMIT_UNKNOWN',
        `${repository.target.label} does not have commit ${commit.slice(0, 12)}.`,
        {
          hint: 'Push the commit first, then register it.',
          cause: there,
        },
      );
    }
    throw new RegistryError('REGISTRY_COMMIT_UNKNOWN', `"${commit}" is no commit hash.`, {
      hint: 'Give the full hash.',
    });
  }
}

function refused(repository: PrivateRepository, planned: readonly PlannedTag[], cause: GitFailure): RegistryError {
  const names = planned.map(({ tag }) => `refs/tags/${tag}`).join(', ');
  return new RegistryError('REGISTRY_REFUSED', `${repository.target.label} refused ${names}: ${wordsOf(cause)}`, {
    hint: 'Creating tags needs `contents: write`; look also for a rule that protects these tags.',
    cause,
  });
}
