// What a CI job knows of the origin better than Git does. A pull request's job stands on a merge commit that nobody
// wrote: the head is in the event's file.
import type { RunOrigin } from '../formats/run.ts';

/** @param event the parsed file of GITHUB_EVENT_PATH; undefined where there is none. @returns {} outside CI */
export function ciOrigin(env: Readonly<Record<string, string | undefined>>, event: unknown): Partial<RunOrigin> {
  if (env['GITHUB_ACTIONS'] !== 'true') return {};
  const pull = member(event, 'pull_request');
  const head = textOf(member(member(pull, 'head'), 'sha')) ?? env['GITHUB_SHA'];
  const branch = nonEmpty(env['GITHUB_HEAD_REF']) ?? nonEmpty(env['GITHUB_REF_NAME']);
  const number = member(pull, 'number');
  const repository = nonEmpty(env['GITHUB_REPOSITORY']);
  const actor = nonEmpty(env['GITHUB_ACTOR']);
  const workflowRun = nonEmpty(env['GITHUB_RUN_ID']);
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const from = textOf(member(member(member(pull, 'head'), 'repo'), 'full_name'));
  return {
    ...(repository !== undefined && { repository }),
    ...(head !== undefined && /^[0-9a-f]{40,64}$/.test(head) && { commit: head }),
    ...(branch !== undefined && { branch }),
    ...(typeof number === 'number' && { pullRequest: number }),
    ...(actor !== undefined && { actor }),
    ...(repository !== undefined &&
      workflowRun !== undefined && { url: `${server}/${repository}/actions/runs/${workflowRun}` }),
    // A fork that was deleted since has no repository any more.
    ...(pull !== undefined && from !== repository && { trust: 'fork' as const }),
  };
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
