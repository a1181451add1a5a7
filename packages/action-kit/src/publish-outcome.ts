// After the verdict: files, artifact, summary, store, check and comment, in that order. Nothing here changes the
// verdict; what goes wrong is told as a warning.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Outcome, Problem, Slug, Store } from '@pawl/core';
import { statementOf } from '@pawl/core/attestation';
import { renderHtml, renderJson, renderSummary, workflowCommands } from '@pawl/core/report';
import type { OutputName } from './outputs.ts';
import { legName, sectionKey } from './producer.ts';
import type { Settings } from './read-action-inputs.ts';
import type { RunnerFiles } from './runner-files.ts';
import type { Runner } from './runner.ts';

export interface Publishing {
  readonly slug: Slug;
  readonly runner: Runner;
  readonly settings: Settings;
  readonly files: RunnerFiles;
  /** Absent when the world could not be opened; then nothing is recorded. */
  readonly store?: Store;
}

export type Outputs = Partial<Record<OutputName, string>>;

export async function publishOutcome(
  outcome: Outcome,
  publishing: Publishing,
): Promise<{ outputs: Outputs; problems: readonly Problem[] }> {
  const { report } = outcome;
  const problems: Problem[] = [];
  const paths = await writeResults(outcome, publishing);
  const artifact = await uploadResults(paths, publishing);
  problems.push(...artifact.problems);
  await publishing.files.addSummary(
    renderSummary(report, artifact.url === undefined ? {} : { reportUrl: artifact.url }),
  );
  if (handsOver(publishing)) {
    const { handOver } = await import('./hand-over.ts');
    const handed = await handOver(outcome, publishing, artifact.url);
    problems.push(...handed.problems);
    if (handed.name !== undefined) await publishing.files.addSummary(handedWords(handed.name, publishing));
    for (const line of workflowCommands(report)) publishing.files.command(line);
    return {
      outputs: { ...outputsOf(outcome, paths), 'report-url': artifact.url ?? '', handover: handed.name ?? '' },
      problems,
    };
  }
  const stored = await storeRun(outcome, publishing);
  problems.push(...stored.problems);
  const published = await publishSection(outcome, publishing, artifact.url);
  problems.push(...published.problems);
  // The check carries the annotations; where there is none the log does, and never both.
  if (published.checkUrl === undefined) for (const line of workflowCommands(report)) publishing.files.command(line);
  return {
    outputs: {
      ...outputsOf(outcome, paths),
      'run-id': stored.id ?? '',
      'report-url': artifact.url ?? '',
      'comment-url': published.commentUrl ?? '',
      'check-url': published.checkUrl ?? '',
    },
    problems,
  };
}

/** Every output, with what is known at once. */
const outputsOf = ({ report }: Outcome, paths: ResultPaths): Outputs => ({
  'subject-name': paths.attested?.name ?? '',
  'subject-digest': paths.attested?.digest ?? '',
  'predicate-path': paths.attested?.predicate ?? '',
  verdict: report.verdict,
  passed: String(report.verdict === 'pass'),
  headline: report.headline,
  'run-id': '',
  'report-path': paths.html,
  'result-json': paths.json,
  'report-url': '',
  handover: '',
  'comment-url': '',
  'check-url': '',
});

/** A fork's token cannot write; a leg that is told so leaves the push and the comment to the job that collects. */
const handsOver = ({ runner, settings }: Publishing): boolean => runner.event.fork || settings.store === 'artifact';

const handedWords = (name: string, { runner }: Publishing): string =>
  runner.event.fork
    ? `Handed over as artifact \`${name}\`, since the token of this run cannot write: a workflow with \`mode: publish\` stores and comments it.`
    : `Handed over as artifact \`${name}\`: a job with \`mode: collect\` stores and comments it.`;

interface ResultPaths {
  readonly html: string;
  readonly json: string;
  /** Written where the run is one that others can rely on. */
  readonly attested?: { readonly name: string; readonly digest: string; readonly predicate: string };
}

async function writeResults(outcome: Outcome, { slug, runner, settings }: Publishing): Promise<ResultPaths> {
  const asked = settings['report-path'];
  const root = resolve(runner.workspace, settings['working-directory']);
  const html =
    asked === undefined ? join(runner.temp, 'pawl', legName(slug, settings), 'report.html') : resolve(root, asked);
  const json = `${html.replace(/\.html?$/i, '')}.json`;
  const { headSha } = runner.event;
  await mkdir(dirname(html), { recursive: true });
  await writeFile(json, renderJson(outcome));
  await writeFile(
    html,
    renderHtml([outcome.report], {
      ...(headSha !== undefined && { headSha }),
      ...(runner.runUrl !== undefined && { runUrl: runner.runUrl }),
      ...(outcome.run !== undefined && {
        date: outcome.run.startedAt.replace('T', ' ').replace(/:\d\d(?:\.\d+)?Z$/, ' UTC'),
      }),
    }),
  );
  const attested = await writePredicate(outcome, html.replace(/\.html?$/i, '.predicate.json'));
  return { html, json, ...(attested !== undefined && { attested }) };
}

/** What actions/attest signs: the statement without the subject, which it is given by name and digest. */
async function writePredicate({ run }: Outcome, predicate: string): Promise<ResultPaths['attested']> {
  const statement = run === undefined ? undefined : statementOf(run).value;
  const [subject] = statement?.subject ?? [];
  if (statement === undefined || subject === undefined) return undefined;
  await writeFile(predicate, `${JSON.stringify(statement.predicate, null, 2)}\n`);
  return { name: subject.name, digest: `sha256:${subject.digest.sha256}`, predicate };
}

async function uploadResults(
  paths: ResultPaths,
  { slug, runner, settings }: Publishing,
): Promise<{ url?: string; problems: readonly Problem[] }> {
  if (!settings['upload-report']) return { problems: [] };
  const { uploadReport } = await import('@pawl/github');
  return uploadReport(
    { name: legName(slug, settings), files: [paths.html, paths.json], folder: dirname(paths.html) },
    { env: runner.env, ...(runner.runUrl !== undefined && { runUrl: runner.runUrl }) },
  );
}

async function storeRun(
  outcome: Outcome,
  { settings, store }: Publishing,
): Promise<{ id?: string; problems: readonly Problem[] }> {
  const { run, results, usage } = outcome;
  if (run === undefined || usage || store === undefined || settings.store !== 'true') return { problems: [] };
  try {
    const receipt = await store.add({ runs: [{ run, results }], operations: [] });
    if (receipt.kept !== 'spool') return { id: run.id, problems: [] };
    return { problems: [unstored(receipt.reason ?? 'the remote did not take it')] };
  } catch (error) {
    return { problems: [unstored(error instanceof Error ? error.message : String(error))] };
  }
}

export const unstored = (reason: string): Problem => ({
  code: 'RUN_NOT_STORED',
  severity: 'warning',
  message: `The run was not recorded in Git: ${reason}`,
  hint: 'Give the job `permissions: contents: write` and check out with credentials, or set `store: false`.',
});

async function publishSection(outcome: Outcome, publishing: Publishing, reportUrl: string | undefined) {
  const { slug, runner, settings } = publishing;
  const { repository, event, runUrl } = runner;
  const token = settings['github-token'];
  if (token === undefined || repository === undefined || event.headSha === undefined) return { problems: [] };
  const { openCodeHost } = await import('@pawl/github');
  const host = openCodeHost({
    token,
    apiUrl: runner.apiUrl,
    repository,
    headSha: event.headSha,
    ...(event.pullRequest !== undefined && { pullRequest: event.pullRequest }),
    commentKey: settings['comment-key'],
    ...(runUrl !== undefined && { runUrl }),
  });
  return host.publish({
    key: sectionKey(slug, outcome.report.name, settings),
    outcome,
    comment: settings.comment,
    ...(reportUrl !== undefined && { reportUrl }),
  });
}
