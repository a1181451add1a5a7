// The user's own commits: where baselines come from. Read only.
export interface History {
  /** Commit hash of a revision (`HEAD`, a branch, a tag, a hash), or undefined when Git knows none. @throws when it is an ancestor that a shallow clone lacks */
  resolve(revision: string): Promise<string | undefined>;
  /** Undefined when the two share no commit. @throws when one cannot be read, or when a shallow clone may lack what they share */
  mergeBase(a: string, b: string): Promise<string | undefined>;
  /** A file as it was at a commit; undefined when it was not there. @throws when the commit cannot be read (`unreadable` is not `absent`) */
  read(commit: string, path: string): Promise<Uint8Array | undefined>;
  /** Paths of a commit that match a glob, sorted; a plain path matches itself. @throws when the commit cannot be read */
  list(commit: string, glob: string): Promise<readonly string[]>;
  /** Writes a file of a commit to a temporary place, for engines that open files themselves. */
  materialize(commit: string, path: string): Promise<string | undefined>;
  commitTime(commit: string): Promise<number | undefined>;
  /** `shallow`: the clone was cut off, so that what it lacks may exist all the same. */
  head(): Promise<{
    readonly commit?: string;
    readonly branch?: string;
    readonly dirty: boolean;
    readonly shallow?: true;
  }>;
}

/** One commit, as a list of commits names it. */
export interface LoggedCommit {
  readonly commit: string;
  /** The line it is on first; more than one is a merge. */
  readonly parents: readonly string[];
  /** ISO 8601, of the author. */
  readonly at: string;
  readonly author: string;
  readonly subject: string;
}

/** Which commits there are between two. */
export interface CommitLog {
  /**
   * Commits on `to`'s own line (first parents) that `from` does not have and that changed one of the paths, oldest
   * first. A merge stands for all that it brought. @throws when one cannot be read
   */
  changes(range: {
    readonly from: string;
    readonly to: string;
    readonly paths: readonly string[];
  }): Promise<readonly LoggedCommit[]>;
}
