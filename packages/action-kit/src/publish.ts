// `mode: publish`: a workflow of the default branch, started when the run of a fork has ended, stores and shows what
// that run handed over. Everything in the artifacts was written by a stranger; where it comes from is asked of GitHub.
import { exitCodes, hasErrors, type Problem } from '@pawl/core';
import { collectedVerdict, receiveFromFork, sectionsOf, newestHandovers, type ForkEvent } from '@pawl/core/handover';
import { artifactsOfRun, readPullRequest } from '@pawl/github';
import { isDependabot, type WorkflowRun } from './event.ts';
import { annotateProblem, worldRequest, type ModeRequest } from './place.ts';
import { readArtifacts, wantedArtifacts, type NamedHandover } from './read-artifacts.ts';
import { showSections } from './show-sections.ts';
import { notCompacted, storeHandovers, takenIds } from './store-handovers.ts';

export async function publish(request: ModeRequest): Promise<number> {
  const { action, runner, files } = request;
  files.log(`${action.title}: publishing what the run of a fork handed over`);
  const found = await find(request);
  if ('nothing' in found) {
    files.log(`Nothing was published: ${found.nothing}`);
    await files.addSummary(`Nothing was published: ${found.nothing}`);
    await files.setOutputs({ verdict: 'inconclusive', passed: 'false', headline: 'nothing was published' });
    return 0;
  }
  if ('refused' in found) return refuse(request, found.refused);
  const { event, received } = found;
  await using world = await request.openWorld(worldRequest(request));
  const keeps = request.settings.store !== 'false';
  const taken = keeps ? await takenIds(world.store, received) : [];
  if (hasErrors([...world.problems, ...taken])) return refuse(request, [...world.problems, ...taken]);
  const handovers = newestHandovers(received.map(({ handover }) => handover));
  const stored = keeps ? await storeHandovers(world.store, handovers) : { ids: [], added: 0, problems: [] };
  files.log(`${stored.added} ${stored.added === 1 ? 'run' : 'runs'} of pull request ${event.pullRequest} stored`);
  const sections = sectionsOf(handovers);
  const shown = await showSections(request, {
    sections,
    verdict: collectedVerdict(handovers),
    headline: `published for pull request ${event.pullRequest}, as its fork's own run reports it`,
    target: { headSha: event.commit, pullRequest: event.pullRequest, runUrl: event.url },
  });
  const problems = [...stored.problems, ...shown.problems];
  for (const problem of problems) annotateProblem(files, problem);
  await files.setOutputs({ ...shown.outputs, 'run-id': stored.ids.join(',') });
  // The verdict is the fork's, told by its checks; this step fails only when it could not do its own work.
  if (problems.every(({ code }) => code === notCompacted)) return 0;
  files.annotate({
    level: 'error',
    title: 'Pawl: not everything was published',
    message: `pull request ${event.pullRequest} of ${runner.repository ?? ''}`,
  });
  return exitCodes.error;
}

type Found =
  | { readonly nothing: string }
  | { readonly refused: readonly Problem[] }
  | { readonly event: ForkEvent; readonly received: readonly NamedHandover[] };

async function find({ runner, settings }: ModeRequest): Promise<Found> {
  const { repository, apiUrl, event } = runner;
  const run = event.workflowRun;
  const token = settings['github-token'];
  if (run === undefined || repository === undefined)
    return failed(
      'PUBLISH_EVENT',
      'This job was not started by a workflow run.',
      'Use `mode: publish` in a workflow `on: workflow_run: types: [completed]`, on the default branch.',
    );
  if (token === undefined)
    return failed('PUBLISH_TOKEN', 'There is no token to ask GitHub with.', 'Leave `github-token` as it is.');
  if (run.event !== 'pull_request')
    return {
      nothing: `that run was started by ${JSON.stringify(run.event)}, and only those of pull requests are published.`,
    };
  if (run.headRepository === repository && !isDependabot(run.actor))
    return { nothing: 'that run was of this repository, and has stored and commented its own gates.' };
  const client = { token, apiUrl, repository };
  const fetched = await artifactsOfRun({ ...client, workflowRun: run.id }, wantedArtifacts);
  const read = readArtifacts(fetched.artifacts);
  const refused = [...fetched.problems, ...read.problems];
  if (hasErrors(refused)) return { refused };
  if (read.handovers.length === 0)
    return failed(
      'HANDOVER_NONE',
      `Workflow run ${run.id} handed nothing over, so there is nothing to publish.`,
      'Look at its log: its gates did not run, or not in a version that hands over.',
    );
  const pull = await provenPull(client, run, read.handovers);
  if (!('pullRequest' in pull)) return pull;
  const own = forkEvent(run, repository, pull.pullRequest);
  if (own === undefined)
    return failed(
      'PUBLISH_EVENT',
      `The event does not say when workflow run ${run.id} ran.`,
      'Run this workflow again.',
    );
  return receive(own, read.handovers);
}

function receive(event: ForkEvent, handovers: readonly NamedHandover[]): Found {
  const received: NamedHandover[] = [];
  const problems: Problem[] = [];
  for (const { source, handover } of handovers) {
    const one = receiveFromFork(handover, source, event);
    if ('problems' in one) problems.push(...one.problems);
    else received.push({ source, handover: one.handover });
  }
  return problems.length > 0 ? { refused: problems } : { event, received };
}

/** The artifacts name a pull request, since GitHub's event names none for a fork. It is believed when GitHub agrees. */
async function provenPull(
  client: { readonly token: string; readonly apiUrl: string; readonly repository: string },
  run: WorkflowRun,
  handovers: readonly NamedHandover[],
): Promise<{ readonly pullRequest: number } | Found> {
  const numbers = new Set(handovers.map(({ handover }) => handover.manifest.pullRequest));
  const [number] = numbers;
  if (numbers.size !== 1 || number === undefined)
    return failed(
      'PUBLISH_PULL_REQUEST',
      numbers.size > 1
        ? `The artifacts of workflow run ${run.id} speak of several pull requests.`
        : `The artifacts of workflow run ${run.id} name no pull request.`,
      strangeHint,
    );
  const pull = await readPullRequest(client, number);
  if ('refused' in pull)
    return failed(
      'PUBLISH_PULL_REQUEST',
      `Pull request ${number} could not be read: ${pull.refused}`,
      'Give the job `permissions: pull-requests: write`.',
    );
  const sameBranch =
    pull.headRepository !== undefined &&
    pull.headRepository === run.headRepository &&
    pull.headBranch === run.headBranch &&
    pull.baseRepository === client.repository;
  if (!sameBranch)
    return failed(
      'PUBLISH_PULL_REQUEST',
      `The artifacts speak of pull request ${number}, which is not the one that workflow run ${run.id} ran for.`,
      strangeHint,
    );
  if (pull.headSha !== run.headSha)
    return {
      nothing: `pull request ${number} has moved on from ${run.headSha.slice(0, 12)}; its newer run is published instead.`,
    };
  return { pullRequest: number };
}

const strangeHint =
  'Nothing of it was stored or shown. Look at what the pull request changes in workflows and scripts.';

const failed = (code: string, message: string, hint: string): Found => ({
  refused: [{ code, severity: 'error', message, hint }],
});

/** Runners' clocks may be wrong by a little; an hour is far more than that, and far less than a history to rewrite. */
const slack = 3_600_000;

function forkEvent(run: WorkflowRun, repository: string, pullRequest: number): ForkEvent | undefined {
  const [started, ended] = [Date.parse(run.createdAt), Date.parse(run.updatedAt)];
  if (!Number.isFinite(started) || !Number.isFinite(ended)) return undefined;
  const moment = (time: number) => ({ time, iso: new Date(time).toISOString() });
  const [owner = ''] = (run.headRepository ?? '').split('/');
  return {
    repository,
    pullRequest,
    commit: run.headSha,
    branch: `${owner}:${run.headBranch}`,
    actor: run.actor,
    url: run.url,
    workflowRun: String(run.id),
    attempt: run.attempt,
    started: moment(started - slack),
    ended: moment(ended + slack),
  };
}

async function refuse({ files, runner }: ModeRequest, problems: readonly Problem[]): Promise<number> {
  for (const problem of problems) annotateProblem(files, problem);
  const url = runner.event.workflowRun?.url ?? '';
  files.log(`Nothing was stored and nothing was commented${url === '' ? '' : `; the run is ${url}`}.`);
  await files.addSummary('Nothing was published: what the run handed over was refused. The log of this step says why.');
  await files.setOutputs({ verdict: 'error', passed: 'false', headline: 'nothing was published' });
  return exitCodes.error;
}
