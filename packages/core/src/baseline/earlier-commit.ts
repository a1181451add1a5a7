// The commit that a change is compared with where no version is: the merge base with the branch it goes to.
import type { History } from '../ports/history.ts';

export type EarlierCommit =
  | {
      readonly state: 'found';
      readonly commit: string;
      /** On the base branch itself: the last commit, or, where nothing was changed since, the one before it. */
      readonly as: 'merge-base' | 'last' | 'before';
      /** The branch that it was found by. */
      readonly branch: string;
    }
  /** No commit at all, or none before the only one. */
  | { readonly state: 'empty' | 'first' }
  /** No branch is known here that the change could go to, or none of which it is a part. */
  | { readonly state: 'unknown'; readonly head: string; readonly dirty: boolean };

/**
 * @param base the branch a pull request goes to, or its commit, where one is known; else the usual names are tried
 * @throws where history was cut off and a base that is not known here may well exist: that is not "none"
 */
export async function earlierCommit(history: History, base?: string): Promise<EarlierCommit> {
  const { commit: head, dirty, shallow } = await history.head();
  if (head === undefined) return { state: 'empty' };
  for (const branch of branches(base)) {
    const tip = await history.resolve(branch);
    if (tip === undefined) continue;
    const commit = await history.mergeBase(head, tip);
    if (commit === undefined) continue;
    if (commit !== head) return { state: 'found', commit, as: 'merge-base', branch };
    // A commit compared with itself shows nothing.
    if (dirty) return { state: 'found', commit: head, as: 'last', branch };
    const parent = await history.resolve(`${head}^`);
    return parent === undefined ? { state: 'first' } : { state: 'found', commit: parent, as: 'before', branch };
  }
  if (shallow === true) throw new Error('the clone is shallow and lacks the merge base');
  return { state: 'unknown', head, dirty };
}

/** What is fetched comes before a branch of the same name that may be behind it. */
const branches = (base: string | undefined): readonly string[] =>
  base === undefined
    ? ['origin/HEAD', 'origin/main', 'main', 'origin/master', 'master']
    : isHash(base) || isReckoned(base)
      ? [base]
      : [`origin/${base}`, base];

/** `HEAD~3` is counted from here: at the remote it would be another commit. */
const isReckoned = (name: string): boolean => /^(?:HEAD|@)$|[~^:]|@\{/.test(name);

/** A pull request's event names its base by commit. */
export const isHash = (name: string): boolean => /^[0-9a-f]{40,64}$/.test(name);
