// The user's own commits: where baselines come from. Read only.
export interface History {
  /** Commit hash of a revision (`HEAD`, a branch, a tag, a hash), or undefined when Git knows none. @throws when it is an ancestor that a shallow clone lacks */
  resolve(revision: string): Promise<string | undefined>;
  /** Undefined when the two share no commit. @throws when one cannot be read, or when a shallow clone may lack what they share */
  mergeBase(a: string, b: string): Promise<string | undefined>;
  /** A file as it was at a commit; undefined when it was not there. @throws when the commit cannot be read (`unreadable` is not `absent`) */
  read(commit: string, path: string): Promise<Uint8Array | undefined>;
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
