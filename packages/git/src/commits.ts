// Commits without a working tree: whole new trees by `fast-import`, known trees by `hash-object`. Signed only when asked.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundleFile } from './bundle.ts';
import { GitFailure } from './errors.ts';
import type { Git } from './git-runner.ts';
import type { Identity } from './target.ts';

export interface CommitHead {
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
}

const person = ({ identity, time }: CommitHead): string =>
  `${identity.name.replaceAll(/[<>\n]/g, '')} <${identity.email}> ${Math.floor(time / 1000)} +0000`;

/** A file that is in the repository already, by id, or new content. */
export type CommitFile = BundleFile | { readonly path: string; readonly oid: string };

/** Writes a parentless commit and points `ref` at it, in one process. @returns the commit's id */
export async function importCommit(
  git: Git,
  ref: string,
  head: CommitHead,
  files: readonly CommitFile[],
): Promise<string> {
  const parts: (string | Uint8Array)[] = [
    `commit ${ref}\nmark :1\nauthor ${person(head)}\ncommitter ${person(head)}\n`,
    ...data(Buffer.from(head.message)),
  ];
  for (const file of files) {
    if ('oid' in file) parts.push(`M 100644 ${file.oid} ${file.path}\n`);
    else parts.push(`M 100644 inline ${file.path}\n`, ...data(file.content));
  }
  parts.push('\nget-mark :1\ndone\n');
  const input = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  for (let tries = 1; ; tries++) {
    try {
      return await git.text(['fast-import', '--quiet', '--done', '--force', '--date-format=raw'], { input });
    } catch (error) {
      // Someone who writes the very same bundle holds the ref for a moment: then ours finds it done.
      if (!(error instanceof GitFailure) || !/cannot lock ref|\.lock'/i.test(error.stderr) || tries === 5) throw error;
      await sleep(50 * 2 ** tries);
    }
  }
}

const data = (content: Uint8Array): (string | Uint8Array)[] => [`data ${content.length}\n`, content, '\n'];

/** @returns the commit's id */
export function writeCommit(git: Git, head: CommitHead, tree: string, parents: readonly string[]): Promise<string> {
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${person(head)}`,
    `committer ${person(head)}`,
  ];
  const input = `${lines.join('\n')}\n\n${head.message}`;
  return git.text(['hash-object', '-t', 'commit', '-w', '--stdin'], { input });
}

/** The tree a commit names, from its raw content. */
export const treeOf = (commit: Buffer): string | undefined =>
  /^tree ([0-9a-f]{40,64})\n/.exec(commit.toString('latin1', 0, 128))?.[1];

/**
 * The same commit once more, signed as the user's Git signs, with `ref` pointing at it. @returns its id
 * @throws GitFailure when there is no key
 */
export async function signCommit(git: Git, ref: string, head: CommitHead, commit: string): Promise<string> {
  const { name, email } = head.identity;
  const date = `${Math.floor(head.time / 1000)} +0000`;
  const environment = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
  const signed = await git.text(['commit-tree', '-S', '-F', '-', `${commit}^{tree}`], {
    input: head.message,
    environment,
  });
  await git.run(['update-ref', ref, signed]);
  return signed;
}
