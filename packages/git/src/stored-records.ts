// Records that the store was asked for, by name: a run that cannot be read is an error, an operation a problem.
import type { Operation, Problem, Run } from '@pawl/core';
import { unreadable } from './data-rows.ts';
import { StoreError } from './errors.ts';
import { readOperation, readRun, type OperationRow } from './records.ts';

/** @param verify how the store is verified from here @throws StoreError when it is no record that this Pawl can read */
export function storedRun(id: string, content: Uint8Array | undefined, verify: string): Run {
  const read = readRun(content);
  if (read.state === 'valid') return read.value;
  const newer = read.state === 'newer';
  throw new StoreError(newer ? 'STORE_TOO_NEW' : 'STORE_RECORD_UNREADABLE', `Run ${id} ${read.reason}.`, {
    hint: newer ? 'Upgrade Pawl.' : verify,
  });
}

/** In the order of the rows; those that cannot be read are told in `met`. */
export async function storedOperations(
  rows: readonly OperationRow[],
  readBlob: (blob: string) => Promise<Uint8Array | undefined>,
  met: Problem[],
): Promise<readonly Operation[]> {
  const read = await Promise.all(rows.map(async ({ id, blob }) => ({ id, read: readOperation(await readBlob(blob)) })));
  return read.flatMap(({ id, read: result }) => {
    if (result.state === 'valid') return [result.value];
    met.push(unreadable(`Operation ${id}`, result.reason));
    return [];
  });
}
