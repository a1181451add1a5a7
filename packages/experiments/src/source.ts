// `mlflow:./mlruns`, `mlflow:https://host`, `wandb:./wandb`, `dvc`: which tool, and where.
import { resolve } from 'node:path';
import type { Sha256 } from '@pawl/core';
import { dvcRuns } from './dvc/import.ts';
import { ExchangeError } from './exchange-error.ts';
import type { Tool } from './foreign-run.ts';
import type { FoundForeignRun } from './import-runs.ts';
import type { Environment } from './mlflow/client.ts';
import { isAddress, mlflowRuns } from './mlflow/import.ts';
import { wandbRuns } from './wandb/import.ts';

export interface Place {
  readonly tool: Tool;
  /** An absolute path, or an http address. */
  readonly at: string;
}

/**
 * @param folder what a relative path starts from
 * @throws ExchangeError when the text names no tool
 */
export function parsePlace(text: string, folder: string): Place {
  const [, tool = '', at = ''] = /^(mlflow|wandb|dvc)(?::(.*))?$/s.exec(text) ?? [];
  const isKnown = tool === 'mlflow' || tool === 'wandb' || tool === 'dvc';
  if (!isKnown)
    throw new ExchangeError(
      'EXCHANGE_PLACE',
      `"${text}" does not say of which tool it is.`,
      'Write mlflow:FOLDER, mlflow:https://HOST, wandb:FOLDER or dvc.',
    );
  if (isAddress(at)) {
    if (tool !== 'mlflow')
      throw new ExchangeError(
        'EXCHANGE_PLACE',
        `${tool} is read from a folder, not from an address.`,
        `Write ${tool}:FOLDER.`,
      );
    return { tool, at };
  }
  const usual = { mlflow: 'mlruns', wandb: 'wandb', dvc: '.' };
  return { tool, at: resolve(folder, at === '' ? usual[tool] : at.replace(/^file:\/\/(?=\/)/, '')) };
}

/** For the registries, which live on a server. @throws ExchangeError */
export function parseMlflowAddress(text: string, environment: Environment): string {
  const address = text.replace(/^mlflow:?/, '') || (environment['MLFLOW_TRACKING_URI'] ?? '');
  if (isAddress(address)) return address;
  throw new ExchangeError(
    'MLFLOW_URL',
    address === '' ? 'No MLflow server is named.' : `"${text}" names no MLflow server.`,
    'Write mlflow:http://HOST:PORT, or mlflow with MLFLOW_TRACKING_URI set. A folder or a database is reached through "mlflow server".',
  );
}

export interface RunSource extends Place {
  /** Experiments of MLflow, projects of W&B. For DVC, the one name that its runs get. */
  readonly experiments: readonly string[];
  /** DVC's commits and experiments. */
  readonly revisions: readonly string[];
  readonly environment: Environment;
  readonly sha256: Sha256;
}

/** @throws ExchangeError when the source cannot be read, or an option is not of its tool */
export function runsOf({
  tool,
  at,
  experiments,
  revisions,
  environment,
  sha256,
}: RunSource): AsyncIterable<FoundForeignRun> {
  if (tool === 'dvc') {
    const [name, second] = experiments;
    if (second !== undefined)
      throw new ExchangeError(
        'EXCHANGE_OPTION',
        'Runs of DVC get one name.',
        'Give --experiment once, or leave it out.',
      );
    return dvcRuns({ source: at, revisions, environment, ...(name !== undefined && { name }) });
  }
  if (revisions.length > 0)
    throw new ExchangeError('EXCHANGE_OPTION', `--rev is of DVC; ${tool} has no revisions.`, 'Leave it out.');
  return tool === 'wandb'
    ? wandbRuns({ source: at, experiments })
    : mlflowRuns({ source: at, experiments, environment, sha256 });
}
