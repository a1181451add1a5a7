// Plays the push of a merge: the deploy action rolls the model out while users keep asking.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Branch, Playground } from './build-repository.ts';
import { git } from './git.ts';
import { projectRoot } from './material.ts';
import { repositoryName, type Stage } from './pull-request.ts';
import { runAction, type JobResult } from './run-action.ts';
import { modelName, type Serving } from './serving.ts';
import { askForever } from './traffic.ts';

export interface Rollout {
  readonly stage: Stage;
  readonly serving: Serving;
  readonly playground: Playground;
  /** Merged into main first; the bad one is only checked out. */
  readonly branch: Branch;
  readonly onStep: (line: string) => void;
}

export async function rollOut({ stage, serving, playground, branch, onStep }: Rollout): Promise<JobResult> {
  const merged = branch === 'better-model-and-prompt';
  const sha = merged ? await mergeBranch(playground, branch) : playground.heads[branch];
  const checkout = join(stage.folder, `deploy-${branch}`);
  await git(stage.folder, ['clone', '--quiet', '--no-checkout', playground.origin, checkout]);
  await git(checkout, ['checkout', '--quiet', '--detach', sha]);
  await using traffic = askForever(serving.url);
  const over = new AbortController();
  const watching = watch(serving, () => traffic.answered, onStep, over.signal);
  const result = await runAction({
    action: join(projectRoot, 'actions', 'deploy'),
    inputs: {
      deployment: 'deployments/flight-delay.deploy.yml',
      'report-path': join(stage.folder, 'reports', 'deploy', `${branch}.html`),
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
      runId: merged ? '9000100' : '9000101',
      job: 'rollout',
    },
    runnerFolder: join(stage.folder, 'runner'),
  });
  over.abort();
  await watching;
  return result;
}

async function mergeBranch(playground: Playground, branch: Branch): Promise<string> {
  const { clone } = playground;
  await git(clone, ['checkout', '--quiet', 'main']);
  await git(clone, ['merge', '--quiet', '--no-ff', '-m', `Merge pull request #1 from ${branch}`, branch]);
  await git(clone, ['push', '--quiet', 'origin', 'main']);
  return git(clone, ['rev-parse', 'HEAD']);
}

/** Says when the splitter's weight changed, and what the new version had answered by then. */
async function watch(
  serving: Serving,
  answered: () => number,
  onStep: (line: string) => void,
  over: AbortSignal,
): Promise<void> {
  let before = -1;
  while (!over.aborted) {
    const route = (await serving.splitter.get(modelName))?.route;
    const weight = route?.canary === undefined ? 0 : route.canaryWeight;
    if (route?.canary !== undefined && weight !== before) {
      const counts = await serving.splitter.counts(modelName);
      onStep(
        `${route.canary.version} gets ${String(weight / 100).padStart(3)} % of the requests; ${String(counts.canary?.requests ?? 0).padStart(5)} answered by it so far, ${answered()} in all`,
      );
      before = weight;
    }
    await sleep(50, undefined, { signal: over }).catch(() => {});
  }
}
