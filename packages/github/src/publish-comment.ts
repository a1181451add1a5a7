// Renders the comment of all sections and repeats until it is complete. A job publishes its section before it lists
// them, and lists once more after it has written: whoever writes last has therefore seen every section.
import type { Problem } from '@pawl/core';
import { commentMarker, headlineOf, renderComment, safeUrl, type Section } from '@pawl/core/report';
import { Refusal, type Client } from './client.ts';
import type { Repository } from './code-host.ts';
import { permissionProblem } from './problems.ts';
import type { StickyComment, StickyComments } from './sticky-comment.ts';

export type CommentMode = 'always' | 'changes' | 'failures' | 'never';

export interface CommentRequest {
  readonly key: string;
  readonly mode: CommentMode;
  readonly comments: StickyComments;
  readonly sections: () => Promise<readonly Section[] | Refusal>;
}

export interface CommentResult {
  readonly url?: string;
  readonly problems: readonly Problem[];
}

const rounds = 30;

export async function publishComment(
  client: Client,
  repository: Repository,
  request: CommentRequest,
): Promise<CommentResult> {
  const { comments } = request;
  const marker = commentMarker(request.key);
  let url: string | undefined;
  for (let round = 0; round < rounds; round++) {
    // Jobs of a matrix end together; apart from each other they meet less often.
    if (round > 0) await client.sleep(50 + Math.random() * Math.min(2000, 100 * 2 ** round));
    if (!(await comments.isCurrent())) return withUrl(url);
    const sections = await request.sections();
    if (sections instanceof Refusal) return { ...withUrl(url), problems: [permissionProblem('check', sections)] };
    const found = await comments.find(marker);
    if (found instanceof Refusal) return { ...withUrl(url), problems: [permissionProblem('comment', found)] };
    const [oldest, ...duplicates] = found;
    if (oldest === undefined && !isWorthSaying(request.mode, sections)) return { problems: [] };

    const body = renderComment(sections, {
      marker,
      headSha: repository.headSha,
      ...(repository.runUrl !== undefined && { runUrl: repository.runUrl }),
    });
    // Two jobs created one each: the oldest stays, and is complete before the others go.
    if (oldest !== undefined && oldest.body === body) {
      for (const duplicate of duplicates) await comments.remove(duplicate.id);
      return withUrl(oldest.url);
    }
    const written = await write(comments, oldest, { body, minimal: minimalBody(marker, sections, repository) });
    // Another job deleted the comment as a duplicate between look-up and update: look again.
    if (written instanceof Refusal && written.status === 404 && oldest !== undefined) continue;
    if (written instanceof Refusal) return { ...withUrl(url), problems: [permissionProblem('comment', written)] };
    url = written.url;
    if (written.body !== body) return withUrl(url);
  }
  return {
    ...withUrl(url),
    problems: [
      {
        code: 'GITHUB_COMMENT_CONTENDED',
        severity: 'warning',
        message: 'Other jobs kept changing the pull request comment; it may lack a section.',
        hint: 'Run the job again, or give jobs a `comment-key` of their own.',
      },
    ],
  };
}

async function write(
  comments: StickyComments,
  oldest: StickyComment | undefined,
  text: { readonly body: string; readonly minimal: string },
): Promise<StickyComment | Refusal> {
  const put = (body: string): Promise<StickyComment | Refusal> =>
    oldest === undefined ? comments.create(body) : comments.update(oldest.id, body);
  const written = await put(text.body);
  return written instanceof Refusal && written.status === 422 ? put(text.minimal) : written;
}

/** Written when GitHub takes less than it says: the headline, and where the rest is. */
function minimalBody(marker: string, sections: readonly Section[], repository: Repository): string {
  const link = safeUrl(repository.runUrl ?? '');
  const where =
    link === undefined ? 'The job summary has the details.' : `The [workflow run](${link}) has the details.`;
  return `${marker}\n### ${headlineOf(sections)}\n\n${where}`;
}

/** A comment that exists is always brought up to date; this decides whether a first one is written. */
export function isWorthSaying(mode: CommentMode, sections: readonly Section[]): boolean {
  const binding = sections.filter(({ report }) => report.advisory !== true);
  switch (mode) {
    case 'always':
      return true;
    case 'changes':
      return sections.some(
        ({ report }) => report.verdict !== 'pass' || report.findings.length + report.problems.length > 0,
      );
    case 'failures':
      return binding.some(({ report }) => report.verdict === 'fail' || report.verdict === 'error');
    case 'never':
      return false;
  }
}

const withUrl = (url: string | undefined): CommentResult => ({ ...(url !== undefined && { url }), problems: [] });
