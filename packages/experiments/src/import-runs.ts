// Foreign runs into the store: each once, whole or not at all, and counted.
import { canonicalJson, Run, type Problem, type Receipt, type Sha256, type Store, type StoredRun } from '@pawl/core';
import { storedRunOf, type ForeignRun } from './foreign-run.ts';

/** One run that a tool holds: read, or why it could not be. */
export interface FoundForeignRun {
  readonly run?: ForeignRun;
  readonly problems: readonly Problem[];
}

export interface ImportOptions {
  readonly store: Pick<Store, 'add' | 'list' | 'read'>;
  readonly sha256: Sha256;
  /** Also runs that have not ended: a crashed one may look so for ever. */
  readonly unfinished?: boolean;
}

export interface Imported {
  /** Ids of the runs that were added, in the order they were met. */
  readonly imported: readonly string[];
  /** Ids of runs that are here already. */
  readonly present: readonly string[];
  /** Left out, each with a problem. */
  readonly skipped: number;
  readonly problems: readonly Problem[];
  /** The first one that is not kept by the remote or the local repository. */
  readonly spooled?: Receipt;
}

const mostRuns = 500;
const mostCharacters = 16_000_000;
const unfinishedStates = new Set(['RUNNING', 'SCHEDULED']);

export async function importRuns(found: AsyncIterable<FoundForeignRun>, options: ImportOptions): Promise<Imported> {
  const { store, sha256, unfinished = false } = options;
  const known = new Set((await store.list({ all: true })).map(({ id }) => id));
  const imported: string[] = [];
  const present: string[] = [];
  const problems: Problem[] = [];
  let skipped = 0;
  let spooled: Receipt | undefined;
  let batch: StoredRun[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const receipt = await store.add({ runs: batch, operations: [] });
    if (receipt.kept === 'spool') spooled ??= receipt;
    imported.push(...batch.map(({ run }) => run.id));
    batch = [];
    characters = 0;
  };
  for await (const { run, problems: met } of found) {
    problems.push(...met);
    if (run === undefined) {
      if (met.length > 0) skipped += 1;
      continue;
    }
    if (!unfinished && unfinishedStates.has(run.status)) {
      skipped += 1;
      problems.push(notEnded(run));
      continue;
    }
    const { stored, problems: own } = storedRunOf(run, sha256);
    const wrong = invalid(stored, run);
    if (wrong !== undefined) {
      skipped += 1;
      problems.push(wrong);
      continue;
    }
    problems.push(...own);
    const { id } = stored.run;
    if (known.has(id)) {
      const same = run.ours !== undefined || (await isSame(store, stored));
      if (same) present.push(id);
      else {
        skipped += 1;
        problems.push(changed(run, id));
      }
      continue;
    }
    known.add(id);
    batch.push(stored);
    characters += Object.values(stored.results).reduce((sum, text) => sum + text.length, 0);
    if (batch.length >= mostRuns || characters >= mostCharacters) await flush();
  }
  await flush();
  return { imported, present, skipped, problems, ...(spooled !== undefined && { spooled }) };
}

/** But for the artifacts: a folder tells more of them than a server does, and neither makes it another run. */
async function isSame(store: Pick<Store, 'read'>, { run }: StoredRun): Promise<boolean> {
  const here = await store.read(run.id);
  return here === undefined || canonicalJson({ ...here, artifacts: [] }) === canonicalJson({ ...run, artifacts: [] });
}

/** Asked of each run by itself: the store would refuse the whole bundle. */
function invalid({ run }: StoredRun, { tool, id }: ForeignRun): Problem | undefined {
  const checked = Run.safeParse(run);
  const size = canonicalJson(run).length;
  if (checked.success && size <= 900_000) return undefined;
  const [issue] = checked.error?.issues ?? [];
  const why = issue === undefined ? `its record has ${size} characters` : `${issue.path.join('.')}: ${issue.message}`;
  return {
    code: 'IMPORT_RUN_INVALID',
    severity: 'error',
    message: `Run ${id} of ${tool} cannot be kept: ${why}.`,
    hint: 'It is left out; the other runs are imported.',
  };
}

const notEnded = ({ tool, id, status }: ForeignRun): Problem => ({
  code: 'IMPORT_RUN_UNFINISHED',
  severity: 'warning',
  message: `Run ${id} of ${tool} has not ended: ${status}.`,
  hint: 'Import again when it has; a run here never changes. --unfinished takes it as it is.',
});

const changed = ({ tool, id }: ForeignRun, here: string): Problem => ({
  code: 'IMPORT_RUN_CHANGED',
  severity: 'warning',
  message: `Run ${id} of ${tool} has changed since it was imported as ${here}.`,
  hint: 'A run here never changes: the first import stays.',
});
