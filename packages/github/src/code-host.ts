// GitHub as the code host: each section becomes a check run first, then all of them become one comment.
import type { CodeHost, Publication, Published } from '@pawl/core';
import type { Section } from '@pawl/core/report';
import { checkRunsOf } from './check-runs.ts';
import { openClient, type ClientOptions } from './client.ts';
import { publishComment } from './publish-comment.ts';
import { authorOf, stickyCommentsOf } from './sticky-comment.ts';

export interface CodeHostOptions extends ClientOptions {
  /** `owner/name`. */
  readonly repository: string;
  /** The head commit, never a pull request's merge commit. */
  readonly headSha: string;
  /** Without one there is no comment, only the check. */
  readonly pullRequest?: number;
  /** Jobs with the same key share one comment. */
  readonly commentKey: string;
  /** Link to the workflow run. */
  readonly runUrl?: string;
}

/** Where everything is written to. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
  readonly headSha: string;
  readonly commentKey: string;
  readonly runUrl?: string;
}

export function openCodeHost(options: CodeHostOptions): CodeHost {
  const [owner = '', repo = ''] = options.repository.split('/');
  const { headSha, commentKey, runUrl, pullRequest } = options;
  const repository: Repository = { owner, repo, headSha, commentKey, ...(runUrl !== undefined && { runUrl }) };
  const client = openClient(options);

  return {
    async publish(publication: Publication): Promise<Published> {
      const section: Section = {
        key: publication.key,
        report: publication.outcome.report,
        ...(publication.reportUrl !== undefined && { reportUrl: publication.reportUrl }),
      };
      const checks = checkRunsOf(client, repository);
      const check = await checks.put(section);
      const checkUrl = check.url === undefined ? {} : { checkUrl: check.url };
      if (pullRequest === undefined || publication.comment === 'never')
        return { ...checkUrl, problems: check.problems };
      const shared = check.problems.length === 0;
      const author = check.author ?? (await authorOf(client));
      const comment = await publishComment(client, repository, {
        // Without checks siblings cannot find each other's sections: each then keeps a comment of its own.
        key: shared ? commentKey : `${commentKey} ${publication.key}`,
        mode: publication.comment,
        comments: stickyCommentsOf(client, repository, pullRequest, author),
        sections: shared ? () => checks.list() : async () => [section],
      });
      return {
        ...checkUrl,
        ...(comment.url !== undefined && { commentUrl: comment.url }),
        problems: [...check.problems, ...comment.problems],
      };
    },
  };
}
