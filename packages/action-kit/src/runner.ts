// What the runner tells a step: environment variables and the event's file.
import { readFile } from 'node:fs/promises';
import type { Problem } from '@pawl/core';
import { eventOf, type Event } from './event.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Runner {
  readonly env: Environment;
  readonly workspace: string;
  /** For files that nobody asked for by name. */
  readonly temp: string;
  readonly toolCache?: string;
  readonly repository?: string;
  readonly apiUrl: string;
  readonly actor?: string;
  /** Link to the workflow run. */
  readonly runUrl?: string;
  readonly event: Event;
  readonly problems: readonly Problem[];
}

export async function readRunner(env: Environment, cwd: string): Promise<Runner> {
  const { event, problems } = await readEvent(env);
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const {
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: runId,
    GITHUB_ACTOR: actor,
    RUNNER_TOOL_CACHE: toolCache,
  } = env;
  return {
    env,
    workspace: env['GITHUB_WORKSPACE'] ?? cwd,
    temp: env['RUNNER_TEMP'] ?? cwd,
    ...(toolCache !== undefined && { toolCache }),
    ...(repository !== undefined && { repository }),
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    ...(actor !== undefined && { actor }),
    ...(repository !== undefined && runId !== undefined && { runUrl: `${server}/${repository}/actions/runs/${runId}` }),
    event,
    problems,
  };
}

/** `INPUT_FAIL-ON` is what the runner makes of `fail-on`. */
export const inputVariable = (name: string): string => `INPUT_${name.toUpperCase().replaceAll(' ', '_')}`;

export const writtenInputs = (env: Environment, names: readonly string[]): Record<string, string | undefined> =>
  Object.fromEntries(names.map((name) => [name, env[inputVariable(name)]]));

async function readEvent(env: Environment): Promise<{ event: Event; problems: readonly Problem[] }> {
  const name = env['GITHUB_EVENT_NAME'] ?? '';
  const file = env['GITHUB_EVENT_PATH'];
  let payload: unknown = {};
  const problems: Problem[] = [];
  if (file !== undefined && file !== '') {
    try {
      payload = JSON.parse(await readFile(file, 'utf8'));
    } catch {
      problems.push({
        code: 'EVENT_UNREADABLE',
        severity: 'error',
        message: "The event's file cannot be read, so the commit to judge is not known.",
        hint: 'Run the job again; GITHUB_EVENT_PATH must name the file that the runner wrote.',
      });
    }
  }
  return { event: eventOf(name, payload, env), problems };
}
