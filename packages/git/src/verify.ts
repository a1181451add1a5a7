// Reads everything once more and compares it with what it claims to be: records, digests, paths, index.
import type { Problem } from '@pawl/core';
import { openData, unreadable } from './data-rows.ts';
import { sha256 } from './digests.ts';
import { openIndex } from './index-segments.ts';
import { maxObjectBytes, recordPathOf, type StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readBundle, readOperation, readRun } from './records.ts';
import { isTree, type TreeEditor } from './trees.ts';

export interface Verification {
  readonly runs: number;
  readonly operations: number;
  readonly problems: readonly Problem[];
}

export async function verifyStore(repository: PrivateRepository, refs: StoreRefs): Promise<Verification> {
  const remote = await repository.listRemote([refs.inbox, refs.data, refs.index]);
  const inbox = [...remote].filter(([ref]) => ref.startsWith(refs.inbox));
  const [data, index] = [remote.get(refs.data), remote.get(refs.index)];
  await repository.fetch([...(index === undefined ? [] : [index]), ...inbox.map(([, oid]) => oid)]);
  const problems: Problem[] = [];
  for (const [ref, oid] of inbox) {
    const read = await readBundle(repository.catFile, oid, true);
    if (read.state !== 'valid') problems.push(unreadable(ref, read.reason));
  }
  if (data === undefined) return { runs: 0, operations: 0, problems };
  await repository.fetch([data], { what: 'trees' });
  const files = await listFiles(await openData(repository, data), '');
  await repository.fetch(files.map(({ oid }) => oid));
  const blobs = new Map(files.map(({ path, oid }) => [path, oid]));
  const known = { runs: new Map<string, string>(), operations: new Map<string, string>() };
  for (const { path, oid } of files) {
    const reason = await fileProblem(repository, blobs, path);
    if (reason !== undefined) problems.push(unreadable(`${refs.data}:${path}`, reason));
    const record = recordPathOf(path);
    if (record?.kind === 'run') known.runs.set(record.id, oid);
    if (record?.kind === 'operation') known.operations.set(record.id, oid);
  }
  if (index !== undefined) problems.push(...(await indexProblems(repository, { data, index, refs }, known)));
  return { runs: known.runs.size, operations: known.operations.size, problems };
}

interface File {
  readonly path: string;
  readonly oid: string;
}

async function listFiles(tree: TreeEditor, folder: string): Promise<readonly File[]> {
  const files: File[] = [];
  for (const entry of await tree.entries(folder)) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (isTree(entry)) files.push(...(await listFiles(tree, path)));
    else if (path !== 'pawl.json') files.push({ path, oid: entry.oid });
  }
  return files;
}

async function fileProblem(
  { catFile }: PrivateRepository,
  blobs: ReadonlyMap<string, string>,
  path: string,
): Promise<string | undefined> {
  const record = recordPathOf(path);
  if (record === undefined) return 'does not belong here';
  const content = (await catFile.read(blobs.get(path) ?? '', maxObjectBytes))?.content;
  if (record.kind === 'result') {
    if (content === undefined) return 'is missing, or larger than 1 MB';
    const owner = blobs.get(`runs/${path.split('/')[1]}/${record.id}.json`);
    const run = readRun(owner === undefined ? undefined : (await catFile.read(owner, maxObjectBytes))?.content);
    if (run.state !== 'valid') return 'belongs to no readable run';
    return run.value.results[record.file] === sha256(content) ? undefined : "is not what its run's digest says";
  }
  const read = record.kind === 'run' ? readRun(content) : readOperation(content);
  if (read.state !== 'valid') return read.reason;
  return read.value.id === record.id ? undefined : 'holds another id';
}

async function indexProblems(
  repository: PrivateRepository,
  { data, index, refs }: { readonly data: string; readonly index: string; readonly refs: StoreRefs },
  known: { readonly runs: ReadonlyMap<string, string>; readonly operations: ReadonlyMap<string, string> },
): Promise<readonly Problem[]> {
  const opened = await openIndex(repository.catFile, index, new Map());
  // An index that lags is no fault: readers look at the data themselves, and the next compaction rebuilds it.
  if (opened.dataCommit !== data) return [];
  const listed = new Map<string, string>();
  for (const day of opened.runDays.keys())
    for (const row of await opened.runs(day)) listed.set(row.summary.id, row.run);
  for (const day of opened.operationDays.keys())
    for (const row of await opened.operations(day)) listed.set(row.id, row.blob);
  const truth = new Map([...known.runs, ...known.operations]);
  const wrong = [...new Set([...listed.keys(), ...truth.keys()])].filter((id) => listed.get(id) !== truth.get(id));
  return wrong.map((id) => ({
    code: 'STORE_INDEX_WRONG',
    severity: 'warning',
    message: `${refs.index} is wrong about ${id}.`,
    hint: `Delete ${refs.index} on the remote and run \`pawl store compact\`: it is rebuilt from the data.`,
  }));
}
