// Ids: ULIDs of chance on a laptop; in CI of a hash of the producer, so that a job that pushes twice pushes one run.
import { createHash, randomBytes } from 'node:crypto';
import { makeUlid, type IdSource } from '@pawl/core';

/** @param now milliseconds since 1970 */
export function randomIds(now: () => number = Date.now): IdSource {
  return { next: () => makeUlid(now(), randomBytes(10)) };
}

/** For what is never kept: no chance that needs Node's cryptography, which takes milliseconds to load. */
export function passingIds(now: () => number): IdSource {
  return {
    next: () =>
      makeUlid(
        now(),
        Uint8Array.from({ length: 10 }, () => Math.random() * 256),
      ),
  };
}

/** What tells one step of a CI job from every other: strings as CI gives them. */
export interface Producer {
  readonly repository: string;
  readonly workflowRun: string;
  readonly attempt: string;
  readonly job: string;
  /** JSON of the matrix leg, and its index. */
  readonly matrix: string;
  readonly step: string;
  /** When the workflow run started, milliseconds since 1970: the time part of every id. */
  readonly startedAt: number;
}

/** The n-th id of a producer is always the same; a new attempt is a new producer. */
export function producerIds(producer: Producer): IdSource {
  const { repository, workflowRun, attempt, job, matrix, step, startedAt } = producer;
  let ordinal = 0;
  return {
    next: () => {
      const key = JSON.stringify([repository, workflowRun, attempt, job, matrix, step, ordinal]);
      ordinal += 1;
      return makeUlid(startedAt, createHash('sha256').update(key).digest().subarray(0, 10));
    },
  };
}
