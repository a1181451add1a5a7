// Rows read from the data itself: what is not indexed yet, and everything when the index is lost.
import type { Problem } from '@pawl/core';
import { treeOf } from './commits.ts';
import { StoreError } from './errors.ts';
import { maxObjectBytes, recordPathOf } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { operationRow, readOperation, readRun, runRow, type OperationRow, type RunRow } from './records.ts';
import { editTree, isTree, type TreeEditor } from './trees.ts';

export interface DataRows {
  readonly runs: readonly RunRow[];
  readonly operations: readonly OperationRow[];
  /** Records that cannot be read: named, never fatal. */
  readonly problems: readonly Problem[];
}

/** The tree of a commit on the data ref, whose trees were fetched. */
export async function openData(repository: PrivateRepository, commit: string): Promise<TreeEditor> {
  const object = await repository.catFile.read(commit);
  const root = object?.content === undefined ? undefined : treeOf(object.content);
  if (object?.type !== 'commit' || root === undefined) {
    throw new StoreError(
      'STORE_DATA_UNREADABLE',
      `The store's data ref (refs/pawl/data, or under the prefix that is set) points to ${object?.type ?? 'nothing that can be read'}, no commit.`,
      {
        hint: 'Run `pawl store repair`: it goes back to the data that were seen before. What is in the inbox is safe.',
      },
    );
  }
  return editTree(repository.git, repository.catFile, root);
}

/** @param skip ids whose rows are known */
export async function rowsOfData(
  repository: PrivateRepository,
  tree: TreeEditor,
  skip: (id: string) => boolean,
): Promise<DataRows> {
  const runs = await blobsUnder(tree, 'runs', skip);
  const operations = await blobsUnder(tree, 'ops', skip);
  await repository.fetch([...runs, ...operations].map(({ oid }) => oid));
  const problems: Problem[] = [];
  const runRows: RunRow[] = [];
  for (const { path, oid, id } of runs) {
    const read = readRun((await repository.catFile.read(oid, maxObjectBytes))?.content);
    if (read.state === 'valid') runRows.push(runRow(read.value, oid, await resultsOf(tree, path, id)));
    else problems.push(unreadable(path, read.reason));
  }
  const operationRows: OperationRow[] = [];
  for (const { path, oid } of operations) {
    const read = readOperation((await repository.catFile.read(oid, maxObjectBytes))?.content);
    if (read.state === 'valid') operationRows.push(operationRow(read.value, oid));
    else problems.push(unreadable(path, read.reason));
  }
  return { runs: runRows, operations: operationRows, problems };
}

export const unreadable = (place: string, reason: string): Problem => ({
  code: 'STORE_RECORD_UNREADABLE',
  severity: 'warning',
  message: `${place} ${reason}.`,
  hint: 'Run `pawl store verify` for the whole picture.',
});

interface Found {
  readonly path: string;
  readonly oid: string;
  readonly id: string;
}

async function blobsUnder(tree: TreeEditor, top: string, skip: (id: string) => boolean): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const day of await tree.entries(top)) {
    if (!isTree(day)) continue;
    for (const { name, oid } of await tree.entries(`${top}/${day.name}`)) {
      const path = `${top}/${day.name}/${name}`;
      const record = recordPathOf(path);
      if (record !== undefined && !skip(record.id)) found.push({ path, oid, id: record.id });
    }
  }
  return found;
}

async function resultsOf(tree: TreeEditor, runFile: string, id: string): Promise<Readonly<Record<string, string>>> {
  const day = runFile.split('/')[1] ?? '';
  const entries = await tree.entries(`results/${day}/${id}`);
  return Object.fromEntries(entries.map(({ name, oid }) => [name, oid]));
}
