// The one comment: found by its marker and its author, brought up to date in place, and the same for twenty jobs at once.
import { Refusal, type Client } from './client.ts';
import type { Repository } from './code-host.ts';

export interface StickyComment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
}

export interface StickyComments {
  /** Oldest first; more than one only while two jobs race. */
  find(marker: string): Promise<readonly StickyComment[] | Refusal>;
  create(body: string): Promise<StickyComment | Refusal>;
  update(id: number, body: string): Promise<StickyComment | Refusal>;
  remove(id: number): Promise<void>;
  /** False when a newer commit has been pushed: then this run has nothing to say any more. */
  isCurrent(): Promise<boolean>;
}

export function stickyCommentsOf(
  client: Client,
  repository: Repository,
  pullRequest: number,
  author: string,
): StickyComments {
  const { owner, repo, headSha } = repository;
  const place = { owner, repo, issue_number: pullRequest };
  return {
    async find(marker) {
      const comments = await client.call((octokit) =>
        octokit.paginate(octokit.rest.issues.listComments, { ...place, per_page: 100 }),
      );
      if (comments instanceof Refusal) return comments;
      return comments
        .filter((comment) => comment.user?.login === author && comment.body?.startsWith(marker) === true)
        .map(stickyOf)
        .toSorted((a, b) => a.id - b.id);
    },
    async create(body) {
      const created = await client.call((octokit) => octokit.rest.issues.createComment({ ...place, body }));
      return created instanceof Refusal ? created : stickyOf(created.data);
    },
    async update(id, body) {
      const updated = await client.call((octokit) =>
        octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body }),
      );
      return updated instanceof Refusal ? updated : stickyOf(updated.data);
    },
    async remove(id) {
      await client.call((octokit) => octokit.rest.issues.deleteComment({ owner, repo, comment_id: id }));
    },
    async isCurrent() {
      const pull = await client.call((octokit) => octokit.rest.pulls.get({ owner, repo, pull_number: pullRequest }));
      // When that cannot be read, a comment too many is better than none.
      return pull instanceof Refusal || pull.data.head.sha === headSha;
    },
  };
}

/** The login that the token writes under, when no check has told it. */
export async function authorOf(client: Client): Promise<string> {
  const user = await client.call((octokit) => octokit.rest.users.getAuthenticated());
  // `GITHUB_TOKEN` belongs to nobody whom this could name.
  return user instanceof Refusal ? 'github-actions[bot]' : user.data.login;
}

const stickyOf = (comment: { id: number; html_url: string; body?: string | undefined }): StickyComment => ({
  id: comment.id,
  url: comment.html_url,
  body: comment.body ?? '',
});
