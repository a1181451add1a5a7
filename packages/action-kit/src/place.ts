// Where a step runs: its runner, its settings and its log, and what a world is asked for from there.
import { resolve } from 'node:path';
import type { InputSpec, Problem } from '@pawl/core';
import type { Action, ActionHost, ActionWorld, WorldRequest } from './action.ts';
import { producerOf } from './producer.ts';
import type { Settings } from './read-action-inputs.ts';
import type { RunnerFiles } from './runner-files.ts';
import type { Runner } from './runner.ts';

export interface Place {
  readonly runner: Runner;
  readonly settings: Settings;
  readonly files: RunnerFiles;
}

/** What a mode that judges nothing needs of its action. */
export interface ModeRequest extends Place {
  readonly action: Action<InputSpec>;
  readonly openWorld: ActionHost<InputSpec, ActionWorld>['openWorld'];
}

export const rootOf = (runner: Runner, settings: Settings): string =>
  resolve(runner.workspace, settings['working-directory']);

export function worldRequest({ runner, settings, files }: Place): WorldRequest {
  const { env, event, repository, actor, runUrl, toolCache } = runner;
  const duckdbPath = settings['duckdb-path'];
  const producer = producerOf(runner, settings);
  return {
    root: rootOf(runner, settings),
    env,
    progress: (message) => files.log(message),
    storeFolder: resolve(runner.temp, 'pawl', 'store'),
    ...(toolCache !== undefined && { toolCache }),
    ...(duckdbPath !== undefined && { duckdbPath }),
    ...(producer !== undefined && { producer }),
    ...(event.baseSha !== undefined && { baseRef: event.baseSha }),
    ...(settings.store === 'false' && { unkept: true }),
    origin: {
      ...(repository !== undefined && { repository }),
      ...(event.headSha !== undefined && { commit: event.headSha }),
      ...(event.branch !== undefined && { branch: event.branch }),
      ...(event.pullRequest !== undefined && { pullRequest: event.pullRequest }),
      ...(actor !== undefined && { actor }),
      ...(runUrl !== undefined && { url: runUrl }),
      trust: event.fork ? 'fork' : 'own',
    },
  };
}

export function annotateProblem(files: RunnerFiles, problem: Problem): void {
  files.annotate({
    level: problem.severity,
    title: problem.code,
    message: problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`,
    ...(problem.file !== undefined && { file: problem.file }),
    ...(problem.line !== undefined && { line: problem.line }),
    ...(problem.column !== undefined && { column: problem.column }),
  });
}
