// GitHub as the code host: each section becomes a check run first, then all of them become one comment.
import type { CodeHost, Publication, Published } from '@pawl/core';
import type { Section } from '@pawl/core/report';
import { checkRunsOf, type PutCheck } from './check-runs.ts';
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

export interface PublishAll {
  readonly comment: Publication['comment'];
  /** A section that an earlier run may have left and that no longer holds. */
  readonly retired?: { readonly key: string; readonly title: string };
}

export interface GitHubCodeHost extends CodeHost {
  /** A check for each section, then one comment of all: what a collect job says for its whole matrix. */
  publishAll(sections: readonly Section[], how: PublishAll): Promise<Published>;
}

export function openCodeHost(options: CodeHostOptions): GitHubCodeHost {
  const [owner = '', repo = ''] = options.repository.split('/');
  const { headSha, commentKey, runUrl, pullRequest } = options;
  const repository: Repository = { owner, repo, headSha, commentKey, ...(runUrl !== undefined && { runUrl }) };
  const client = openClient(options);

  async function publishAll(sections: readonly Section[], { comment: mode, retired }: PublishAll): Promise<Published> {
    const checks = checkRunsOf(client, repository);
    const puts: PutCheck[] = retired === undefined ? [] : [await checks.retire(retired.key, retired.title)];
    for (const section of sections) puts.push(await checks.put(section));
    const problems = puts.flatMap((put) => put.problems);
    const checkUrl = puts.find(({ url }) => url !== undefined)?.url;
    const checked = checkUrl === undefined ? {} : { checkUrl };
    if (pullRequest === undefined || mode === 'never') return { ...checked, problems };
    const shared = problems.length === 0;
    const author = puts.find((put) => put.author !== undefined)?.author ?? (await authorOf(client));
    const comment = await publishComment(client, repository, {
      // Without checks siblings cannot find each other's sections: each then keeps a comment of its own.
      key: shared ? commentKey : [commentKey, ...sections.map(({ key }) => key)].join(' ').slice(0, 300),
      mode,
      comments: stickyCommentsOf(client, repository, pullRequest, author),
      sections: shared ? () => checks.list() : async () => sections,
    });
    return {
      ...checked,
      ...(comment.url !== undefined && { commentUrl: comment.url }),
      problems: [...problems, ...comment.problems],
    };
  }

  return {
    publishAll,
    publish: (publication) =>
      publishAll(
        [
          {
            key: publication.key,
            report: publication.outcome.report,
            ...(publication.reportUrl !== undefined && { reportUrl: publication.reportUrl }),
          },
        ],
        { comment: publication.comment },
      ),
  };
}
