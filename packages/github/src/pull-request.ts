// What GitHub itself says of a pull request: where its head lies, and on which commit.
import { openClient, Refusal, type ClientOptions } from './client.ts';

export interface PullRequestFacts {
  readonly number: number;
  readonly headSha: string;
  readonly headBranch: string;
  /** `owner/name`; undefined when the fork was deleted. */
  readonly headRepository: string | undefined;
  readonly baseRepository: string;
}

/** @returns GitHub's words when it refuses: then nothing is known, and nothing may be assumed */
export async function readPullRequest(
  options: ClientOptions & { readonly repository: string },
  number: number,
): Promise<PullRequestFacts | { readonly refused: string }> {
  const [owner = '', repo = ''] = options.repository.split('/');
  const answer = await openClient(options).call((octokit) =>
    octokit.rest.pulls.get({ owner, repo, pull_number: number }),
  );
  if (answer instanceof Refusal) return { refused: answer.message };
  const { head, base } = answer.data;
  return {
    number,
    headSha: head.sha,
    headBranch: head.ref,
    // GitHub's types know of no fork that was deleted.
    headRepository: (head.repo as { readonly full_name: string } | null)?.full_name,
    baseRepository: base.repo.full_name,
  };
}
