// Commits without a working tree: whole new trees by `fast-import`, known trees by `hash-object`. Never signed.
import type { BundleFile } from './bundle.ts';
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
  return git.text(['fast-import', '--quiet', '--done', '--force', '--date-format=raw'], { input });
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
