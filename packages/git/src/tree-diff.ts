// What lies between trees, for thousands of pairs in one process.
import { createHash } from 'node:crypto';
import type { ObjectFormat } from './digests.ts';
import type { Git } from './git-runner.ts';

export interface TreeChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly path: string;
  /** The blob after the change; undefined when it was removed. */
  readonly oid: string | undefined;
}

export const emptyTree = (format: ObjectFormat): string => createHash(format).update('tree 0\0').digest('hex');

const pairsAtOnce = 2000;

/** @returns the changes of each pair, in order @throws GitFailure when a tree is missing */
export async function diffTrees(
  git: Git,
  pairs: readonly (readonly [from: string, to: string])[],
): Promise<readonly (readonly TreeChange[])[]> {
  const all: TreeChange[][] = [];
  for (let start = 0; start < pairs.length; start += pairsAtOnce) {
    const part = pairs.slice(start, start + pairsAtOnce);
    const input = part.map(([from, to]) => `${from} ${to}\n`).join('');
    const text = await git.text(['diff-tree', '--stdin', '-r', '--raw', '--no-renames', '--no-abbrev'], { input });
    const found = part.map((): TreeChange[] => []);
    let at = -1;
    for (const line of text.split('\n')) {
      if (line.startsWith(':')) found[at]?.push(changeOf(line));
      // Two equal trees print their header as well: each pair has one.
      else if (line !== '') at += 1;
    }
    all.push(...found);
  }
  return all;
}

/** `:000000 100644 0000… 8baef1… A<tab>path` */
function changeOf(line: string): TreeChange {
  const [facts = '', path = ''] = line.split('\t');
  const [, , , oid = '', letter] = facts.split(' ');
  if (letter === 'D') return { kind: 'removed', path, oid: undefined };
  return { kind: letter === 'A' ? 'added' : 'changed', path, oid };
}
