// Which step of which job this is. The same words name the run's producer, its section and its handover.
import { createHash } from 'node:crypto';
import type { RunProducer, Slug } from '@pawl/core';
import type { Producer } from './action.ts';
import type { Settings } from './read-action-inputs.ts';
import type { Runner } from './runner.ts';

/** Outside a workflow there is no producer: such a run has an id of chance. */
export function producerOf({ env, repository }: Runner, settings: Settings): Producer | undefined {
  const workflowRun = env['GITHUB_RUN_ID'] ?? '';
  if (workflowRun === '') return undefined;
  return {
    repository: repository ?? '',
    workflowRun,
    attempt: env['GITHUB_RUN_ATTEMPT'] ?? '1',
    job: env['GITHUB_JOB'] ?? '',
    matrix: `${settings['job-index'] ?? ''} ${settings.matrix ?? ''}`.trim(),
    step: env['GITHUB_ACTION'] ?? '',
  };
}

/** Without the attempt: what a job that is run again makes supersedes what it made before. */
export function runProducerOf(producer: Producer): RunProducer {
  const { repository, workflowRun, job, matrix, step } = producer;
  const key = createHash('sha256')
    .update(JSON.stringify([repository, workflowRun, job, matrix, step]))
    .digest('hex');
  const attempt = Number(producer.attempt);
  return { key: key.slice(0, 16), attempt: Number.isInteger(attempt) && attempt > 0 ? attempt : 1 };
}

/** The values of this leg's matrix, or nothing where there is no matrix. */
export function legOf(settings: Settings): string {
  try {
    const matrix: unknown = JSON.parse(settings.matrix ?? 'null');
    if (typeof matrix !== 'object' || matrix === null) return '';
    return Object.values(matrix)
      .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
      .join(', ');
  } catch {
    return '';
  }
}

/** Name of the report's artifact and of its folder. */
export const legName = (slug: Slug, settings: Settings): string => {
  const leg = legOf(settings).replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return leg === '' ? `pawl-${slug}` : `pawl-${slug}-${leg}`.slice(0, 120);
};

/** Tells this section from its siblings. */
export const sectionKey = (slug: Slug, name: string, settings: Settings): string =>
  [slug, name, legOf(settings)].filter((part) => part !== '').join(' ');
