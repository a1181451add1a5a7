// MLflow's runs, from a folder or from a server, as runs every tool shares.
import type { Sha256 } from '@pawl/core';
import type { FoundForeignRun } from '../import-runs.ts';
import { mlflowClient, type Environment } from './client.ts';
import { foreignRunOfMlflow } from './mlflow-run.ts';
import { readFileStore } from './read-file-store.ts';
import { readServer } from './read-server.ts';

export interface MlflowSource {
  /** A folder's absolute path, or an http address. */
  readonly source: string;
  readonly experiments?: readonly string[];
  readonly environment: Environment;
  readonly sha256: Sha256;
}

export const isAddress = (source: string): boolean => /^https?:\/\//i.test(source);

/** @throws ExchangeError when the source itself cannot be read */
export async function* mlflowRuns({
  source,
  experiments = [],
  environment,
  sha256,
}: MlflowSource): AsyncGenerator<FoundForeignRun> {
  const found = isAddress(source)
    ? readServer(mlflowClient(source, environment), experiments)
    : readFileStore(source, experiments);
  for await (const { run, problems } of found) {
    if (run === undefined) yield { problems };
    else {
      const foreign = foreignRunOfMlflow(run, sha256);
      yield { run: foreign.run, problems: [...problems, ...foreign.problems] };
    }
  }
}
