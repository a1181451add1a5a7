// What a document of ours holds: a file as it was at a commit, or the data of a run's report.
import type { Repository } from '../app.ts';
import { reportFile } from '../runs/report.ts';
import type { Address } from './address.ts';
import { readFileAddress, readReportAddress } from './read-address.ts';

/** Undefined when there is no such document. @throws when its commit cannot be read */
export async function contentOf(
  address: Address,
  { store, history }: Pick<Repository, 'store' | 'history'>,
): Promise<Uint8Array | undefined> {
  const id = readReportAddress(address);
  if (id !== undefined) {
    const text = await store.readResult(id, reportFile);
    return text === undefined ? undefined : new TextEncoder().encode(text);
  }
  const file = readFileAddress(address);
  return file === undefined ? undefined : history.read(file.commit, file.path);
}
