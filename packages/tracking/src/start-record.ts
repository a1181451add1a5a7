// The first line of a run: who, where, on what code, with what environment. Taken when the run starts, since code and
// packages may change while it goes on.
import { readFile } from 'node:fs/promises';
import type { Problem, RunOrigin } from '@pawl/core';
import { ciOrigin, runLogSchema, type LoggedKind, type RunStart } from '@pawl/core/tracking';
import type { World } from '@pawl/wiring';
import { observeEnvironment } from './environment.ts';
import type { Environment } from './probe.ts';

/** What a run is told about where it runs. */
export interface Capture {
  readonly env: Environment;
  /** Whether the uncommitted changes are kept with the run. */
  readonly diff: boolean;
}

export interface StartRequest {
  readonly kind: LoggedKind;
  readonly name: string;
  readonly id?: string;
  readonly startedAt?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly process?: NonNullable<RunStart['process']>;
}

/** The store keeps 1 MB a file. */
const diffLimit = 1_000_000;

export async function startRecord(
  world: World,
  request: StartRequest,
  { env, diff }: Capture,
): Promise<{ readonly start: RunStart; readonly problems: readonly Problem[] }> {
  const [context, environment, event, changed] = await Promise.all([
    world.context(),
    observeEnvironment(world, env),
    readEvent(env),
    diff ? world.workTree.dirtyDiff(diffLimit) : undefined,
  ]);
  const origin: RunOrigin = { ...context.origin, ...ciOrigin(env, event) };
  const start: RunStart = {
    type: 'start',
    schema: runLogSchema,
    id: request.id ?? context.runId,
    kind: request.kind,
    name: request.name,
    startedAt: request.startedAt ?? context.startedAt,
    origin,
    environment: { ...environment, ...request.environment },
    ...(changed !== undefined && changed.text !== '' && { diff: changed.text }),
    ...(request.process !== undefined && { process: request.process }),
  };
  return { start, problems: changed === undefined ? [] : problemsOfDiff(changed) };
}

async function readEvent(env: Environment): Promise<unknown> {
  const file = env['GITHUB_EVENT_PATH'] ?? '';
  if (env['GITHUB_ACTIONS'] !== 'true' || file === '') return undefined;
  return readFile(file, 'utf8').then(
    (text): unknown => JSON.parse(text),
    () => undefined,
  );
}

interface Changed {
  readonly cut: boolean;
  readonly notText: number;
  readonly ignored: readonly string[];
}

function problemsOfDiff({ cut, notText, ignored }: Changed): readonly Problem[] {
  const warning = (message: string, hint: string): Problem => ({
    code: 'RUN_DIFF_INCOMPLETE',
    severity: 'warning',
    message,
    hint,
  });
  return [
    ...(cut
      ? [warning('The uncommitted changes are over 1 MB; dirty.diff ends before the file that does not fit.', commit)]
      : []),
    ...(notText > 0
      ? [
          warning(
            `${notText} changed ${notText === 1 ? 'file is' : 'files are'} not UTF-8 and not in dirty.diff.`,
            commit,
          ),
        ]
      : []),
    ...(ignored.length > 0
      ? [
          warning(
            `Not in dirty.diff, since .gitignore names ${ignored.length === 1 ? 'it' : 'them'}: ${ignored.slice(0, 5).join(', ')}${ignored.length > 5 ? ` and ${ignored.length - 5} more` : ''}.`,
            'Commit the change when the run depends on it.',
          ),
        ]
      : []),
  ];
}

const commit = 'Commit the changes before the run, so that it can be repeated.';
