// What collect and publish show: one summary, one HTML report, a check for each section and the one comment.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Problem, Verdict } from '@pawl/core';
import { escapeTerminal, plainHeadline, renderComment, renderHtml, type Section } from '@pawl/core/report';
import type { PublishAll } from '@pawl/github';
import type { ModeRequest } from './place.ts';
import type { Outputs } from './publish-outcome.ts';

export interface Shown {
  readonly sections: readonly Section[];
  readonly verdict: Verdict;
  readonly headline: string;
  /** Where checks and comment belong; absent where nothing may be written. */
  readonly target?: { readonly headSha: string; readonly pullRequest?: number; readonly runUrl?: string };
  readonly retired?: PublishAll['retired'];
}

export async function showSections(
  request: ModeRequest,
  shown: Shown,
): Promise<{ readonly outputs: Outputs; readonly problems: readonly Problem[] }> {
  const { runner, settings, files } = request;
  const { sections, verdict, headline } = shown;
  const html = await writeReport(request, shown);
  for (const { key, report } of sections) files.log(escapeTerminal(`${key}: ${plainHeadline(report)}`));
  await files.addSummary(
    renderComment(sections, {
      marker: `<!-- pawl ${settings.mode} -->`,
      headSha: shown.target?.headSha ?? runner.event.headSha ?? '',
      budget: 900_000,
      ...(runner.runUrl !== undefined && { runUrl: runner.runUrl }),
    }),
  );
  const published = await publishAll(request, shown);
  return {
    outputs: {
      verdict,
      passed: String(verdict === 'pass'),
      headline,
      'report-path': html,
      'comment-url': published.commentUrl ?? '',
      'check-url': published.checkUrl ?? '',
    },
    problems: published.problems,
  };
}

async function writeReport({ runner, settings }: ModeRequest, { sections, target }: Shown): Promise<string> {
  const root = resolve(runner.workspace, settings['working-directory']);
  const asked = settings['report-path'];
  const file = asked === undefined ? join(runner.temp, 'pawl', settings.mode, 'report.html') : resolve(root, asked);
  const headSha = target?.headSha ?? runner.event.headSha;
  await mkdir(dirname(file), { recursive: true });
  const reports = sections.map(({ report }) => report);
  await writeFile(
    file,
    renderHtml(reports, {
      ...(headSha !== undefined && { headSha }),
      ...(runner.runUrl !== undefined && { runUrl: runner.runUrl }),
    }),
  );
  return file;
}

async function publishAll(
  { runner, settings }: ModeRequest,
  { sections, target, retired }: Shown,
): Promise<{ readonly commentUrl?: string; readonly checkUrl?: string; readonly problems: readonly Problem[] }> {
  const token = settings['github-token'];
  const { repository, apiUrl } = runner;
  if (target === undefined || token === undefined || repository === undefined) return { problems: [] };
  const { openCodeHost } = await import('@pawl/github');
  const host = openCodeHost({ token, apiUrl, repository, commentKey: settings['comment-key'], ...target });
  return host.publishAll(sections, { comment: settings.comment, ...(retired !== undefined && { retired }) });
}
