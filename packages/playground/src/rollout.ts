// Plays the push of a merge: the deploy action rolls the model out while users keep asking.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Branch, Playground } from './build-repository.ts';
import { git } from './git.ts';
import { projectRoot } from './material.ts';
import { repositoryName, type Stage } from './pull-request.ts';
import { runAction, type JobResult } from './run-action.ts';
import type { Serving } from './serving.ts';
import { askForever, type Question } from './traffic.ts';

export interface Rollout {
  readonly stage: Stage;
  readonly serving: Serving;
  readonly playground: Playground;
  /** What is checked out: a branch, or main after a merge. */
  readonly branch: Branch | 'main';
  /** The model's name, also its deployment file's. */
  readonly name: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly question: Question;
  readonly onStep: (line: string) => void;
}

let rollouts = 0;

export async function rollOut({
  stage,
  serving,
  playground,
  branch,
  name,
  inputs,
  question,
  onStep,
}: Rollout): Promise<JobResult> {
  rollouts += 1;
  const sha = await git(playground.clone, ['rev-parse', branch]);
  const checkout = join(stage.folder, `deploy-${rollouts}`);
  await git(stage.folder, ['clone', '--quiet', '--no-checkout', playground.origin, checkout]);
  await git(checkout, ['checkout', '--quiet', '--detach', sha]);
  await using traffic = askForever(serving.url, question);
  const over = new AbortController();
  const watching = watch({ serving, name, answered: () => traffic.answered, onStep }, over.signal);
  const result = await runAction({
    action: join(projectRoot, 'actions', 'deploy'),
    inputs: {
      deployment: `deployments/${name}.deploy.yml`,
      'report-path': join(stage.folder, 'reports', 'deploy', `${name}-${rollouts}.html`),
      ...inputs,
    },
    workspace: checkout,
    event: { name: 'push', payload: { ref: 'refs/heads/main', after: sha, repository: { full_name: repositoryName } } },
    github: {
      apiUrl: stage.github.url,
      token: stage.github.token,
      repository: repositoryName,
      sha,
      ref: 'refs/heads/main',
      actor: 'robin',
      workflow: 'deploy',
      runId: String(9_000_100 + rollouts),
      job: 'rollout',
    },
    runnerFolder: join(stage.folder, 'runner'),
  });
  over.abort();
  await watching;
  return result;
}

export async function mergeBranch(playground: Playground, branch: Branch): Promise<void> {
  const { clone } = playground;
  await git(clone, ['checkout', '--quiet', 'main']);
  await git(clone, ['merge', '--quiet', '--no-ff', '-m', `Merge pull request #1 from ${branch}`, branch]);
  await git(clone, ['push', '--quiet', 'origin', 'main']);
}

interface Watched {
  readonly serving: Serving;
  readonly name: string;
  readonly answered: () => number;
  readonly onStep: (line: string) => void;
}

/** Says when the splitter's weight changed, and what the new version had answered by then. */
async function watch({ serving, name, answered, onStep }: Watched, over: AbortSignal): Promise<void> {
  let before = -1;
  while (!over.aborted) {
    const route = (await serving.splitter.get(name))?.route;
    const weight = route?.canary === undefined ? 0 : route.canaryWeight;
    if (route?.canary !== undefined && weight !== before) {
      const counts = await serving.splitter.counts(name);
      const share = String(weight / 100).padStart(3);
      onStep(
        `${route.canary.version} gets ${share} % of the requests; ${String(counts.canary?.requests ?? 0).padStart(5)} answered by it so far, ${answered()} in all`,
      );
      before = weight;
    }
    await sleep(50, undefined, { signal: over }).catch(() => {});
  }
}
