// Pruning: tombstones for what retention no longer keeps. Lists hide a run with a tombstone at once; the files go with
// the next epoch. A tombstone's id and content come from the run and the rule alone, so pruning twice writes it once.
import { createHash } from 'node:crypto';
import { makeUlid, type Operation, type Receipt, type RetentionRule, type Run } from '@pawl/core';
import { parseTag } from '@pawl/core/registry';
import { openData } from './data-rows.ts';
import { maxObjectBytes, recordPathOf, type StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readRun } from './records.ts';
import { planRetention, type Expiry, type KeptBecause, type RetentionPlan } from './retention.ts';
import { fetchBlobs, filesOf } from './tree-files.ts';
import { readOperations } from './inspect.ts';

export interface PruneOptions {
  /** Before the built-in rules. */
  readonly rules?: readonly RetentionRule[];
  /** Say what would be dropped, and write nothing. */
  readonly dryRun?: boolean;
}

export interface Pruning {
  /** Runs that lists no longer show. */
  readonly runs: readonly string[];
  /** Runs that stay, without their result files. */
  readonly results: readonly string[];
  /** Rule in words → how many it names. */
  readonly rules: Readonly<Record<string, number>>;
  /** Runs that are old enough and stay, by reason. */
  readonly kept: Readonly<Record<KeptBecause, number>>;
  readonly receipts: readonly Receipt[];
}

export interface Pruner {
  readonly repository: PrivateRepository;
  readonly refs: StoreRefs;
  readonly now: () => number;
  readonly add: (operations: readonly Operation[]) => Promise<Receipt>;
}

const operationsAtOnce = 1000;

/** Looks at what is folded; younger runs are in no danger. @throws StoreError when the data cannot be read */
export async function pruneStore(pruner: Pruner, { rules = [], dryRun = false }: PruneOptions): Promise<Pruning> {
  const { expired, kept } = await plan(pruner, rules);
  const receipts: Receipt[] = [];
  if (!dryRun) {
    const operations = expired.map(tombstone);
    for (let start = 0; start < operations.length; start += operationsAtOnce) {
      receipts.push(await pruner.add(operations.slice(start, start + operationsAtOnce)));
    }
  }
  const ids = (drop: Expiry['drop']): readonly string[] =>
    expired.filter((one) => one.drop === drop).map(({ run }) => run.id);
  const byRule = Map.groupBy(expired, ({ rule }) => rule);
  return {
    runs: ids('run'),
    results: ids('results'),
    rules: Object.fromEntries([...byRule].map(([rule, named]) => [rule, named.length])),
    kept,
    receipts,
  };
}

async function plan({ repository, refs, now }: Pruner, rules: readonly RetentionRule[]): Promise<RetentionPlan> {
  const remote = await repository.listRemote([refs.data, 'refs/tags/']);
  const data = remote.get(refs.data);
  const facts = { rules, registered: registeredIn(remote), now: now() };
  if (data === undefined) return planRetention({ ...facts, runs: [], operations: [] });
  await repository.fetch([data], { what: 'trees' });
  const files = await filesOf(await openData(repository, data));
  const records = [...files].flatMap(([path, oid]) => {
    const record = recordPathOf(path);
    return record === undefined ? [] : [{ ...record, oid }];
  });
  await fetchBlobs(
    repository,
    records.flatMap(({ kind, oid }) => (kind === 'result' ? [] : [oid])),
  );
  const withResults = new Set(records.flatMap(({ kind, id }) => (kind === 'result' ? [id] : [])));
  const runs: { run: Run; hasResults: boolean }[] = [];
  for (const { kind, id, oid } of records) {
    if (kind !== 'run') continue;
    const read = readRun((await repository.catFile.read(oid, maxObjectBytes))?.content);
    // What cannot be read is never dropped for its age: `verify` names it.
    if (read.state === 'valid') runs.push({ run: read.value, hasResults: withResults.has(id) });
  }
  const blobs = new Map(records.flatMap(({ kind, id, oid }) => (kind === 'operation' ? [[id, oid] as const] : [])));
  return planRetention({ ...facts, runs, operations: await readOperations(repository, blobs) });
}

function registeredIn(remote: ReadonlyMap<string, string>): ReadonlySet<string> {
  const registered = new Set<string>();
  for (const [ref, oid] of remote) {
    const tag = ref.startsWith('refs/tags/')
      ? parseTag(ref.slice('refs/tags/'.length).replace(/\^\{\}$/, ''))
      : undefined;
    if (tag?.version === undefined && tag?.label === undefined) continue;
    registered.add(oid);
    if (tag.version !== undefined) registered.add(`${tag.name}@${tag.version}`);
  }
  return registered;
}

function tombstone({ run, about, drop, rule, since }: Expiry): Operation {
  const chance = createHash('sha256').update(`tombstone ${about} ${rule}`).digest().subarray(0, 10);
  return {
    schema: 'pawl.op/1',
    id: makeUlid(since, chance),
    kind: 'tombstone',
    about,
    at: new Date(since).toISOString(),
    data: { reason: 'retention', rule, drop, kind: run.kind, name: run.name },
  };
}
