// Which run a command is meant for: the row it was called on, the report in front, or one the user picks.
import type { RunSummary } from '@pawl/core';
import { oneLine, showHidden } from '@pawl/core/report';
import type { App, Repository } from '../app.ts';
import { readReportAddress } from '../documents/read-address.ts';
import { isRunNode } from './model.ts';

/** So many fit a list that is typed into. */
const choices = 200;

export async function chooseRun(
  app: App,
  repository: Repository,
  argument: unknown,
): Promise<Pick<RunSummary, 'id' | 'name' | 'verdict'> | undefined> {
  if (isRunNode(argument)) return argument.run;
  const id = isAddress(argument) ? readReportAddress(argument) : undefined;
  if (id !== undefined) return repository.store.read(id);
  const runs = await repository.store.list({ limit: choices });
  if (runs.length === 0) app.editor.inform('There are no runs yet. Run a gate with "pawl validate" or "pawl eval".');
  if (runs.length === 0) return undefined;
  return app.editor.choose(
    'Which run?',
    runs.map((run) => ({
      label: showHidden(oneLine(run.name)),
      description: `${run.kind} · ${run.verdict ?? 'no verdict'} · ${app.editor.formatTime(run.startedAt, 'full')}`,
      ...(run.headline !== undefined && { detail: showHidden(oneLine(run.headline)) }),
      value: run,
    })),
  );
}

const isAddress = (value: unknown): value is { authority: string; path: string } =>
  typeof value === 'object' &&
  value !== null &&
  'authority' in value &&
  'path' in value &&
  typeof value.authority === 'string' &&
  typeof value.path === 'string';
