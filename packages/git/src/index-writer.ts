// Writes the index that belongs to a data commit: the old one plus what was added, or all of it anew when the old one
// is missing or does not belong to the old data.
import { ulidDay } from '@pawl/core';
import type { Compactor } from './compaction.ts';
import { importCommit, type CommitFile } from './commits.ts';
import { rowsOfData } from './data-rows.ts';
import { metaText, openIndex, segmentPath, segmentText, type StoreIndex } from './index-segments.ts';
import { trackingPrefix } from './layout.ts';
import type { OperationRow, RunRow, StoredRecord } from './records.ts';
import type { TreeEditor } from './trees.ts';

interface IndexRequest {
  readonly old: { readonly data: string | undefined; readonly index: string | undefined };
  readonly data: string;
  /** The tree of `data`. */
  readonly tree: TreeEditor;
  readonly added: readonly StoredRecord[];
}

/** @returns the index commit; the old one when it is right already */
export async function writeIndex(compactor: Compactor, request: IndexRequest): Promise<string> {
  const { repository } = compactor;
  const { old, data, tree, added } = request;
  const opened = old.index === undefined ? undefined : await openIndex(repository.catFile, old.index, new Map());
  if (old.index !== undefined && opened?.dataCommit === data) return old.index;
  const usable = opened?.dataCommit === old.data ? opened : undefined;
  const fresh =
    usable === undefined && old.data !== undefined ? await rowsOfData(repository, tree, idsOf(added)) : undefined;
  const runs = [...(fresh?.runs ?? []), ...added.flatMap((record) => (record.kind === 'run' ? [record.row] : []))];
  const operations = [
    ...(fresh?.operations ?? []),
    ...added.flatMap((record) => (record.kind === 'operation' ? [record.row] : [])),
  ];
  const files = [
    { path: 'meta.json', content: Buffer.from(metaText(data)) },
    ...(await segments(usable, 'seg', runs)),
    ...(await segments(usable, 'ops', operations)),
  ];
  const message = 'pawl: index\n\nPawl-Schema: 1\nPawl-Op: reindex\n';
  const head = { identity: repository.target.identity, time: compactor.now(), message };
  return importCommit(repository.git, `${trackingPrefix}index`, head, files);
}

function idsOf(records: readonly StoredRecord[]): (id: string) => boolean {
  const ids = new Set(records.map((record) => (record.kind === 'run' ? record.row.summary.id : record.row.id)));
  return (id) => ids.has(id);
}

async function segments(
  index: StoreIndex | undefined,
  kind: 'seg' | 'ops',
  added: readonly (RunRow | OperationRow)[],
): Promise<readonly CommitFile[]> {
  const byDay = Map.groupBy(added, (row) => ulidDay(idOf(row)));
  const old = (kind === 'seg' ? index?.runDays : index?.operationDays) ?? new Map<string, string>();
  const files: CommitFile[] = [];
  for (const day of new Set([...old.keys(), ...byDay.keys()])) {
    const news = byDay.get(day);
    const oid = old.get(day);
    if (news === undefined && oid !== undefined) {
      files.push({ path: segmentPath(kind, day), oid });
      continue;
    }
    const known = (await (kind === 'seg' ? index?.runs(day) : index?.operations(day))) ?? [];
    const rows = new Map([...known, ...(news ?? [])].map((row) => [idOf(row), row]));
    const sorted = [...rows.values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    files.push({ path: segmentPath(kind, day), content: Buffer.from(segmentText(sorted)) });
  }
  return files;
}

const idOf = (row: RunRow | OperationRow): string => ('summary' in row ? row.summary.id : row.id);
