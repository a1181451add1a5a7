// The History port in memory: commits with their files, given oldest first.
import type { History } from '../history.ts';
import { globPattern } from './fake-workspace.ts';

export interface MemoryCommit {
  readonly commit: string;
  readonly parents: readonly string[];
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The whole tree, by path. */
  readonly files: Readonly<Record<string, string>>;
}

export interface MemoryHistoryRequest {
  readonly commits: readonly MemoryCommit[];
  /** Branches and tags; `HEAD` is the branch `head` names. */
  readonly refs: Readonly<Record<string, string>>;
  readonly head?: string;
  readonly dirty?: boolean;
  /** The clone was cut off: commits that are not given may exist. */
  readonly shallow?: boolean;
}

export function memoryHistory(request: MemoryHistoryRequest): History {
  const { commits, refs, head, dirty = false, shallow = false } = request;
  const known = new Map(commits.map((commit) => [commit.commit, commit]));
  const resolve = (revision: string): string | undefined => {
    const name = revision === 'HEAD' ? (head ?? '') : revision;
    return refs[name] ?? (known.has(name) ? name : undefined);
  };
  const readable = (commit: string): MemoryCommit => {
    const found = known.get(resolve(commit) ?? '');
    if (found === undefined) throw unreadable(`Commit ${commit} cannot be read.`);
    return found;
  };
  const ancestors = (commit: string): readonly string[] => [
    commit,
    ...(known.get(commit)?.parents.flatMap((parent) => ancestors(parent)) ?? []),
  ];
  const contentOf = (commit: string, path: string): string | undefined => {
    const { files } = readable(commit);
    return Object.hasOwn(files, path) ? files[path] : undefined;
  };
  return {
    resolve: async (revision) => resolve(revision),
    mergeBase: async (a, b) => {
      const left = new Set(ancestors(readable(a).commit));
      const shared = ancestors(readable(b).commit).filter((commit) => left.has(commit));
      const [base] = shared.toSorted((one, other) => (known.get(other)?.time ?? 0) - (known.get(one)?.time ?? 0));
      if (base === undefined && shallow)
        throw unreadable(`The clone is shallow and lacks the merge base of ${a} and ${b}.`);
      return base;
    },
    read: async (commit, path) => {
      const content = contentOf(commit, path);
      return content === undefined ? undefined : new TextEncoder().encode(content);
    },
    list: async (commit, glob) =>
      Object.keys(readable(commit).files)
        .filter((path) => globPattern(glob).test(path))
        .toSorted(),
    materialize: async (commit, path) =>
      contentOf(commit, path) === undefined ? undefined : `/history/${commit}/${path}`,
    commitTime: async (commit) => known.get(resolve(commit) ?? '')?.time,
    head: async () => {
      const commit = resolve('HEAD');
      return {
        ...(commit !== undefined && { commit }),
        ...(head !== undefined && { branch: head }),
        dirty,
        ...(shallow && { shallow }),
      };
    },
  };
}

const unreadable = (message: string): Error => Object.assign(new Error(message), { code: 'HISTORY_UNREADABLE' });
