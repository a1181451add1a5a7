// Annotated tags over REST, and by the page over GraphQL, as records to replay. Tag objects never change, so each is read once.
import { parseTag, type PlannedTag, type TagRecord } from '@pawl/core/registry';
import { RegistryError } from '../errors.ts';
import type { GitHubApi } from './github-api.ts';
import type { Person } from './packed-bundle.ts';
import { listRefs } from './refs.ts';
import { RestFailure } from './rest-failure.ts';

export interface RestTagState {
  readonly records: readonly TagRecord[];
  /** What the guard ref of the asked name points to; undefined when there is none. */
  readonly guard: string | undefined;
  /** Tag objects that refs of the name point to. */
  readonly oids: ReadonlySet<string>;
  /** Two equal ones were read from the same refs. */
  readonly fingerprint: string;
}

export interface RestTagPlaces {
  readonly api: GitHubApi;
  readonly guardOf: (name: string) => string;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

export interface RestTags {
  /** Tags of one name, or of all. @throws RestFailure */
  read(name?: string): Promise<RestTagState>;
  /** @returns the tag object's id; no ref points to it yet. @throws RestFailure, RegistryError when the commit is not there */
  write(tag: PlannedTag, message: string, by: Person): Promise<string>;
}

export function openRestTags({ api, guardOf, sleep }: RestTagPlaces): RestTags {
  const records = new Map<string, TagRecord>();

  const readPages = async (oids: readonly string[]): Promise<void> => {
    const [owner, name] = api.repository.split('/');
    const left = new Set(oids);
    let after: string | undefined;
    try {
      do {
        const variables = { owner, name, ...(after !== undefined && { after }) };
        const { nodes, pageInfo } = ((await api.graphql(tagPages, variables)) as TagPages).repository.refs;
        for (const { target } of nodes) {
          if (target.__typename !== 'Tag' || !left.delete(target.oid)) continue;
          if (target.target?.__typename === 'Commit') records.set(target.oid, recordOf('', target.target.oid, target));
        }
        after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
      } while (after !== undefined && left.size > 0);
    } catch (error) {
      // Where GraphQL is not open to the token, REST is; one request for each tag is slow, and right.
      if (!(error instanceof RestFailure) || error.kind === 'unreachable') throw error;
    }
  };

  const look = async (name: string | undefined): Promise<RestTagState> => {
    // The guard before the tags: a change in between moves the guard, and our lease on the old one then fails. Tags
    // before the guard would be an old view under a new lease.
    const guardRef = name === undefined ? undefined : guardOf(name);
    const guard = guardRef === undefined ? undefined : (await listRefs(api, guardRef)).get(guardRef)?.oid;
    const refs = await listRefs(api, `refs/tags/${name?.replace(':', '=') ?? ''}`);
    const tags = [...refs].flatMap(([ref, { oid, type }]) => {
      const parsed = parseTag(ref.slice(10));
      // A ref that points to a commit is a lightweight tag, which GTO leaves out too.
      return parsed === undefined || type !== 'tag' || (name !== undefined && parsed.name !== name)
        ? []
        : [{ ref, oid }];
    });
    const unread = tags.filter(({ oid }) => !records.has(oid));
    // A page of GraphQL holds a hundred tags of all names, and REST gives one for each request.
    if (unread.length > onePage) await readPages(unread.map(({ oid }) => oid));
    await Promise.all(
      unread.map(async ({ ref, oid }) => {
        if (records.has(oid)) return;
        const tag = (await api.get(`git/tags/${oid}`)) as TagAnswer;
        if (tag.object.type === 'commit') records.set(oid, recordOf(ref, tag.object.sha, tag));
      }),
    );
    return {
      records: tags.flatMap(({ ref, oid }) => {
        const record = records.get(oid);
        return record === undefined ? [] : [{ ...record, tag: ref.slice(10) }];
      }),
      guard,
      oids: new Set(tags.map(({ oid }) => oid)),
      fingerprint: JSON.stringify([guard, tags]),
    };
  };

  return {
    read: async (name) => {
      for (let attempt = 1; ; attempt++) {
        const state = await look(name);
        // The guard points to the newest tag. When the list has it not, the two were answered by two replicas of
        // GitHub, one of them behind; or somebody deleted the tag, and then it stays so.
        if (state.guard === undefined || attempt === 4 || state.oids.has(state.guard)) return state;
        await sleep(200 * attempt);
      }
    },
    write: async ({ tag, commit, time }, message, by) => {
      if (!/^[0-9a-f]{40}$/.test(commit))
        throw new RegistryError('REGISTRY_COMMIT_UNKNOWN', `"${commit}" is no commit hash.`, {
          hint: 'Give the full hash.',
        });
      const tagger = { ...by, date: new Date(time * 1000).toISOString().replace('.000Z', 'Z') };
      const body = { tag, message: `${message.trim() || tag}\n`, object: commit, type: 'commit', tagger };
      try {
        return ((await api.post('git/tags', body)) as { readonly sha: string }).sha;
      } catch (error) {
        if (!(error instanceof RestFailure) || (error.kind !== 'refused' && error.kind !== 'missing')) throw error;
        if (error.kind === 'missing' && (await isThere(api, commit))) throw error;
        const message404 = `${api.repository} does not have commit ${commit.slice(0, 12)}.`;
        throw new RegistryError('REGISTRY_COMMIT_UNKNOWN', message404, {
          hint: 'Push the commit first, then register it.',
          cause: error,
        });
      }
    },
  };
}

/** A token without the permission gets a 404 too. */
const isThere = (api: GitHubApi, commit: string): Promise<boolean> =>
  api.get(`git/commits/${commit}`).then(
    () => true,
    () => false,
  );

const onePage = 4;

const tagPages = `query ($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    refs(refPrefix: "refs/tags/", first: 100, after: $after) {
      nodes { target { __typename oid ... on Tag { message tagger { name date } target { __typename oid } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

interface TagText {
  readonly message?: string | null;
  readonly tagger?: { readonly name?: string | null; readonly date?: string | null } | null;
}

interface TagAnswer extends TagText {
  readonly object: { readonly sha: string; readonly type: string };
}

interface TagPages {
  readonly repository: {
    readonly refs: {
      readonly nodes: readonly {
        readonly target: TagText & {
          readonly __typename: string;
          readonly oid: string;
          readonly target?: { readonly __typename: string; readonly oid: string };
        };
      }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
  };
}

function recordOf(ref: string, commit: string, { message, tagger }: TagText): TagRecord {
  const time = Math.floor(Date.parse(tagger?.date ?? '') / 1000) || 0;
  const [text = ''] = (message ?? '').split(
    /^-----BEGIN (?:PGP|SSH) SIGNATURE-----$|^-----BEGIN SIGNED MESSAGE-----$/m,
  );
  const at = new Date(time * 1000).toISOString();
  return { tag: ref.slice(10), commit, time, at, actor: tagger?.name ?? '', message: text.trim() };
}
