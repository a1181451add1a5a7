// W&B's offline folders: `wandb/offline-run-*/run-*.wandb`, one folder, or one run of it.
import { basename } from 'node:path';
import { problemOfExpected } from '@pawl/core';
import { ExchangeError } from '../exchange-error.ts';
import type { FoundForeignRun } from '../import-runs.ts';
import { openSourceFolder, type SourceFolder } from '../source-folder.ts';
import { readWandbRun } from './read-run.ts';

export interface WandbSource {
  /** Absolute path of `wandb`, of the folder it is in, or of one run's folder. */
  readonly source: string;
  /** Only these projects; all without it. */
  readonly experiments?: readonly string[];
}

/** @throws ExchangeError when there is no run of W&B */
export async function* wandbRuns({ source, experiments = [] }: WandbSource): AsyncGenerator<FoundForeignRun> {
  const folder = await openSourceFolder(source);
  const places = await placesOf(folder);
  if (places.length === 0)
    throw new ExchangeError(
      'WANDB_NO_RUNS',
      `There is no run of W&B in "${source}".`,
      'Name the folder "wandb"; runs that were only sent to a server leave no log.',
    );
  for (const place of places) {
    try {
      const logs = (await folder.names(place, 'file')).filter((name) => name.endsWith('.wandb'));
      const [log] = logs;
      if (log === undefined) continue;
      const found = await readWandbRun(folder, place, log);
      if (found.run !== undefined && experiments.length > 0 && !experiments.includes(found.run.name)) continue;
      yield found;
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      yield { problems: [{ ...problemOfExpected(error), file: place }] };
    }
  }
}

async function placesOf(folder: SourceFolder): Promise<readonly string[]> {
  if ((await folder.names('.', 'file')).some((name) => name.endsWith('.wandb'))) return ['.'];
  const isRun = (name: string): boolean => /^(?:offline-)?run-/.test(name);
  const here = (await folder.names('.', 'folder')).filter(isRun);
  if (here.length > 0 || basename(folder.path) === 'wandb') return here;
  return (await folder.names('wandb', 'folder')).filter(isRun).map((name) => `wandb/${name}`);
}
