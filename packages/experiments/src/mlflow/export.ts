// Runs of ours to MLflow: a folder or a server.
import type { Problem, Run, Store } from '@pawl/core';
import { ExchangeError } from '../exchange-error.ts';
import { isHistoryFile, readHistory } from '../metric-history.ts';
import { mlflowClient, type Environment } from './client.ts';
import { isAddress } from './import.ts';
import { pawlTags } from './mlflow-run.ts';
import { outgoingRunOf, type OutgoingRun } from './outgoing-run.ts';
import { fileStoreTarget } from './write-file-store.ts';
import { serverTarget } from './write-server.ts';

export interface ExportOptions {
  readonly store: Pick<Store, 'read' | 'readResult'>;
  /** A folder's absolute path, or an http address. */
  readonly target: string;
  readonly environment: Environment;
}

export interface Exported {
  /** Ours → MLflow's. */
  readonly pushed: readonly { readonly id: string; readonly mlflowId: string }[];
  readonly present: readonly { readonly id: string; readonly mlflowId: string }[];
  readonly skipped: number;
  readonly problems: readonly Problem[];
}

/** @throws ExchangeError when the target cannot be written to at all */
export async function exportRuns(
  ids: readonly string[],
  { store, target, environment }: ExportOptions,
): Promise<Exported> {
  const writer = isAddress(target) ? serverTarget(mlflowClient(target, environment)) : await fileStoreTarget(target);
  const pushed: { id: string; mlflowId: string }[] = [];
  const present: { id: string; mlflowId: string }[] = [];
  const problems: Problem[] = [];
  let skipped = 0;
  const idThere = new Map<string, string>();
  // Oldest first: a run's parent started before it, and is there when the run names it.
  for (const id of ids.toSorted()) {
    const run = await store.read(id);
    if (run === undefined) {
      skipped += 1;
      problems.push(unreadable(id));
      continue;
    }
    const outgoing = outgoingRunOf(run, await historyOf(store, run));
    try {
      const written = await writer.write(withParent(outgoing.run, idThere));
      if (outgoing.run.mlflowId !== undefined) idThere.set(outgoing.run.mlflowId, written.id);
      (written.present ? present : pushed).push({ id, mlflowId: written.id });
      if (!written.present) problems.push(...outgoing.problems);
    } catch (error) {
      // A refusal concerns this run; a server that is gone concerns all.
      if (!(error instanceof ExchangeError) || error.code !== 'MLFLOW_REFUSED') throw error;
      skipped += 1;
      problems.push(refused(id, error));
    }
  }
  return { pushed, present, skipped, problems };
}

/** A server gives every run a new id, so a nested run's parent is called otherwise there; what it was is kept beside. */
function withParent(run: OutgoingRun, idThere: ReadonlyMap<string, string>): OutgoingRun {
  const { parent } = run;
  const there = parent === undefined ? undefined : idThere.get(parent);
  if (parent === undefined || there === undefined || there === parent) return run;
  return { ...run, tags: { ...run.tags, 'mlflow.parentRunId': there, [pawlTags.parent]: parent } };
}

async function historyOf(store: Pick<Store, 'readResult'>, run: Run) {
  const files = Object.keys(run.results)
    .filter(isHistoryFile)
    .toSorted((a, b) => numberOf(a) - numberOf(b));
  const texts = await Promise.all(files.map((file) => store.readResult(run.id, file)));
  return texts.flatMap((text) => readHistory(text ?? ''));
}

const numberOf = (file: string): number => Number(/-(\d+)\./.exec(file)?.[1] ?? 1);

const unreadable = (id: string): Problem => ({
  code: 'EXPORT_RUN_MISSING',
  severity: 'error',
  message: `There is no run ${id} here.`,
  hint: '"pawl run list" shows the runs there are.',
});

const refused = (id: string, error: ExchangeError): Problem => ({
  code: 'EXPORT_RUN_REFUSED',
  severity: 'error',
  message: `Run ${id} was not taken: ${error.message}`,
  hint: error.hint ?? 'The other runs are pushed; a second push takes this one up where it stopped.',
});
