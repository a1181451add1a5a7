// A run's report, as its record holds it.
import { Report, type Run, type Store } from '@pawl/core';

export const reportFile = 'report.json';

/** There is one, or there is a reason why not, in a sentence. */
export type FoundReport =
  | { readonly run: Run; readonly report: Report; readonly why?: never }
  | { readonly run?: Run; readonly report?: never; readonly why: string };

export async function findReport(store: Pick<Store, 'read' | 'readResult'>, id: string): Promise<FoundReport> {
  const run = await store.read(id);
  if (run === undefined) return { why: `There is no run ${id} in this repository.` };
  const text = await store.readResult(id, reportFile);
  if (text === undefined) return { run, why: 'This run was recorded without a report.' };
  const report = Report.safeParse(parse(text));
  if (report.success) return { run, report: report.data };
  return { run, why: 'The report of this run cannot be read: it was written by a newer Pawl, or it is damaged.' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
