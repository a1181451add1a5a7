// Plays one pull request: GitHub's merge commit, a checkout, and one job for each gate, all at once.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Slug } from '@pawl/core';
import { startLoopbackArtifacts, type LoopbackGitHub } from '@pawl/testkit/github';
import type { Branch, Playground } from './build-repository.ts';
import { git } from './git.ts';
import { projectRoot } from './material.ts';
import { runAction, type JobResult } from './run-action.ts';

export interface PullRequest {
  readonly number: number;
  readonly branch: Branch;
  readonly title: string;
  /** Which gates its workflow runs, with the inputs of each step. */
  readonly gates: readonly { readonly slug: Slug; readonly inputs: Readonly<Record<string, string>> }[];
}

export interface Played {
  readonly results: readonly { readonly slug: Slug; readonly result: JobResult }[];
  /** The bodies of all comments the gates wrote: one, when all is well. */
  readonly comments: readonly string[];
  /** Folder with the HTML reports, and the comment. */
  readonly reports: string;
  /** Artifacts of the workflow run: one report for each gate. */
  readonly artifacts: number;
}

export interface Stage {
  readonly folder: string;
  readonly playground: Playground;
  readonly github: LoopbackGitHub;
}

export const repositoryName = 'acme/flights';

/** The gates of `.github/workflows/gates.yml`. */
export const allGates: PullRequest['gates'] = [
  { slug: 'data-validation', inputs: { data: 'data/flights.parquet', suite: 'data/flights.expect.yml' } },
  {
    slug: 'drift-report',
    inputs: { current: 'data/flights.parquet', reference: 'baseline', policy: 'data/flights.drift.yml' },
  },
  {
    slug: 'eval-gate',
    inputs: { policy: 'models/flight-delay/flight-delay.gate.yml', candidate: 'models/flight-delay/model.onnx' },
  },
  { slug: 'prompt-regression', inputs: { prompt: 'prompts/mail-triage.prompt.yml' } },
];

export async function playPullRequest(
  pull: PullRequest,
  stage: Stage,
  onResult: (slug: Slug, result: JobResult) => void,
): Promise<Played> {
  const { playground, github, folder } = stage;
  const checkout = join(folder, `pull-${pull.number}`);
  const reports = join(folder, 'reports', `pull-${pull.number}`);
  const merge = await pushMergeCommit(pull, playground);
  await git(folder, ['clone', '--quiet', '--no-checkout', playground.origin, checkout]);
  await git(checkout, ['fetch', '--quiet', 'origin', `refs/pull/${pull.number}/merge`]);
  await git(checkout, ['checkout', '--quiet', '--detach', merge]);
  await using artifacts = await startLoopbackArtifacts();
  const results = await Promise.all(
    pull.gates.map(async ({ slug, inputs }) => {
      const result = await runAction({
        action: join(projectRoot, 'actions', slug),
        inputs: { ...inputs, 'report-path': join(reports, `${slug}.html`) },
        workspace: checkout,
        event: { name: 'pull_request', payload: eventOf(pull, playground) },
        github: {
          apiUrl: github.url,
          token: github.token,
          repository: repositoryName,
          sha: merge,
          ref: `refs/pull/${pull.number}/merge`,
          actor: 'robin',
          workflow: 'gates',
          runId: String(9_000_000 + pull.number),
          job: slug,
        },
        runnerFolder: join(folder, 'runner'),
        env: artifacts.env,
      });
      onResult(slug, result);
      return { slug, result };
    }),
  );
  const comments = github.comments(pull.number).map((comment) => comment.body);
  await writeFile(join(reports, 'comment.md'), comments.join('\n\n'));
  return { results, comments, reports, artifacts: artifacts.stored().length };
}

/** GitHub keeps `refs/pull/N/merge`: the head merged into the base, which is what a pull request's jobs check out. */
async function pushMergeCommit(pull: PullRequest, playground: Playground): Promise<string> {
  const { clone } = playground;
  await git(clone, ['checkout', '--quiet', '--detach', 'main']);
  await git(clone, ['merge', '--quiet', '--no-ff', '-m', `Merge ${pull.branch} into main`, pull.branch]);
  const merge = await git(clone, ['rev-parse', 'HEAD']);
  await git(clone, ['push', '--quiet', 'origin', `${merge}:refs/pull/${pull.number}/merge`]);
  await git(clone, ['checkout', '--quiet', 'main']);
  return merge;
}

function eventOf(pull: PullRequest, playground: Playground): unknown {
  const repo = { full_name: repositoryName, fork: false, default_branch: 'main' };
  return {
    action: 'synchronize',
    number: pull.number,
    pull_request: {
      number: pull.number,
      title: pull.title,
      draft: false,
      head: { ref: pull.branch, sha: playground.heads[pull.branch], repo },
      base: { ref: 'main', sha: playground.heads.main, repo },
      user: { login: 'robin' },
    },
    repository: { ...repo, name: 'flights', owner: { login: 'acme' } },
    sender: { login: 'robin' },
  };
}
