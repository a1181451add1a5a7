// Writes what a step found into an artifact, for a job that may store and comment it: a leg of a matrix leaves the one
// push to `mode: collect`, a fork cannot push at all and leaves it to `mode: publish`.
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Outcome, Problem } from '@pawl/core';
import { handoverName, writeHandover, type Handover } from '@pawl/core/handover';
import { compactReport, compactSteps } from '@pawl/core/report';
import { takesArtifacts, uploadReport } from '@pawl/github';
import { legName, legOf, producerOf, runProducerOf, sectionKey } from './producer.ts';
import type { Publishing } from './publish-outcome.ts';

export interface HandedOver {
  /** Name of the artifact; absent when it could not be uploaded. */
  readonly name?: string;
  readonly problems: readonly Problem[];
}

export async function handOver(
  outcome: Outcome,
  publishing: Publishing,
  reportUrl: string | undefined,
): Promise<HandedOver> {
  const { slug, runner, settings } = publishing;
  const handover = handoverOf(outcome, publishing, reportUrl);
  const { files, leftOut } = writeHandover(handover, sha256);
  const folder = join(runner.temp, 'pawl', legName(slug, settings), 'handover');
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const problems = leftOut.map(leftOutProblem);
  const name = handoverName(handover.manifest);
  if (!takesArtifacts(runner.env)) return { problems: [...problems, notTaken(name, folder)] };
  const paths = [...files.keys()].map((path) => join(folder, path));
  const uploaded = await uploadReport(
    {
      name,
      files: paths,
      folder,
      what: {
        name: 'The handover',
        hint: `It lies in ${folder}: nobody stores or shows it unless it is uploaded as ${name}.`,
      },
    },
    { env: runner.env },
  );
  return uploaded.problems.length > 0 ? { problems: [...problems, ...uploaded.problems] } : { name, problems };
}

function handoverOf(outcome: Outcome, { slug, runner, settings }: Publishing, reportUrl: string | undefined): Handover {
  const { run, results, usage, report } = outcome;
  const producer = producerOf(runner, settings);
  const { event } = runner;
  const leg = legOf(settings);
  const place = { legIndex: wholeNumber(settings['job-index'], 0), legs: wholeNumber(settings['job-total'], 1) };
  return {
    manifest: {
      schema: 'pawl.handover/1',
      slug,
      section: sectionKey(slug, report.name, settings).slice(0, 500),
      producer: {
        ...(producer === undefined ? { key: '0'.repeat(16), attempt: 1 } : runProducerOf(producer)),
        job: (producer?.job ?? '').slice(0, 200),
        ...(leg !== '' && { leg: leg.slice(0, 500) }),
        ...(place.legIndex !== undefined && { legIndex: place.legIndex }),
        ...(place.legs !== undefined && { legs: place.legs }),
      },
      ...(event.pullRequest !== undefined && { pullRequest: event.pullRequest }),
      ...(event.headSha !== undefined && { commit: event.headSha }),
      ...(reportUrl !== undefined && { reportUrl }),
    },
    // What a comment shows of it: the whole report has its own artifact.
    report: JSON.stringify(report).length > 500_000 ? compactReport(report, compactSteps[0] ?? 'headline') : report,
    bundle: {
      runs: run === undefined || usage || settings.store === 'false' ? [] : [{ run, results }],
      operations: [],
    },
  };
}

function wholeNumber(text: string | undefined, least: number): number | undefined {
  const value = Number(text ?? '');
  return text !== undefined && text !== '' && Number.isInteger(value) && value >= least && value <= 100_000
    ? value
    : undefined;
}

export const sha256 = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

const leftOutProblem = (reason: string): Problem => ({
  code: 'RUN_NOT_HANDED_OVER',
  severity: 'warning',
  message: `The run was not handed over: ${reason}.`,
  hint: 'Keep large results in an artifact of their own.',
});

const notTaken = (name: string, folder: string): Problem => ({
  code: 'HANDOVER_NOT_UPLOADED',
  severity: 'warning',
  message: 'This runner takes no artifacts, so nothing was handed over.',
  hint: `The files lie in ${folder}; upload them as ${name}, or run \`pawl store collect\` on that folder.`,
});
