// The walk of `npm start`: the whole loop on the playground, told as it happens. Every claim it makes is checked;
// the first that does not hold ends it with what was expected.
import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Slug } from '@pawl/core';
import { startLoopbackGitHub, type LoopbackGitHub } from '@pawl/testkit/github';
import { branches, buildRepository, type Branch, type Playground } from './build-repository.ts';
import type { Narrator } from './narrate.ts';
import {
  allGates,
  playPullRequest,
  repositoryName,
  type Played,
  type PullRequest,
  type Stage,
} from './pull-request.ts';
import { mergeBranch, rollOut } from './rollout.ts';
import type { JobResult } from './run-action.ts';
import { startServing, type Serving } from './serving.ts';
import { registerPrompt, tellStore } from './tell-store.ts';
import { aboutFlights, aboutMails } from './traffic.ts';

export interface Walk {
  /** Emptied, then holds the repository, the checkouts and the reports. */
  readonly folder: string;
  readonly tell: Narrator;
}

const titles: Readonly<Record<Branch, string>> = {
  'better-model-and-prompt': 'May flights, a better model, a better prompt',
  'new-exporter': 'May flights from the new exporter',
  'tiny-test-set': 'A new prompt, judged on thirty mails',
};

/** What each pull request must be told, gate by gate. */
const expected: Readonly<Record<Branch, Partial<Record<Slug, string>>>> = {
  'better-model-and-prompt': {
    'data-validation': 'pass',
    'drift-report': 'pass',
    'eval-gate': 'pass',
    'prompt-regression': 'pass',
  },
  'new-exporter': {
    'data-validation': 'fail',
    'drift-report': 'fail',
    'eval-gate': 'fail',
    'prompt-regression': 'fail',
  },
  'tiny-test-set': { 'prompt-regression': 'inconclusive' },
};

export async function walk({ folder, tell }: Walk): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'runner'), { recursive: true });
  await using serving = await startServing(join(folder, 'serving'));

  tell.step('A repository: flights, mails, a model and a prompt, with v1.0.0 of both in production');
  const playground = await buildRepository(join(folder, 'repository'), serving);
  tell.line(
    `${relative(process.cwd(), playground.clone)}, with a bare origin beside it. Real data: US flights of 2001, and mails of`,
  );
  tell.line('the SpamAssassin corpus answered by a small language model; its answers are replayed from a cassette.');
  await serving.serve(playground.clone);

  const pulls = branches.map((branch, index): PullRequest => ({
    number: index + 1,
    branch,
    title: titles[branch],
    gates: branch === 'tiny-test-set' ? allGates.filter((gate) => gate.slug === 'prompt-regression') : allGates,
  }));
  await using github = await startLoopbackGitHub({
    repository: repositoryName,
    pullRequests: pulls.map(({ number, branch, title }) => ({
      number,
      title,
      head: { ref: branch, sha: playground.heads[branch] },
      base: { ref: 'main', sha: playground.heads.main },
    })),
  });
  const stage: Stage = { folder, playground, github };
  const played = new Map<Branch, Played>();
  for (const pull of pulls) played.set(pull.branch, await tellPullRequest(pull, stage, tell));

  await merge(playground, serving, stage, tell);
  await registerPrompt(playground, tell);
  await tellStore(playground, tell);
  holds(
    github.violations.length === 0,
    `GitHub's description allows every request; it does not: ${JSON.stringify(github.violations[0])}`,
  );
  tellEnd(played, github, tell);
}

async function tellPullRequest(pull: PullRequest, stage: Stage, tell: Narrator): Promise<Played> {
  tell.step(`Pull request #${pull.number}: ${pull.title}`);
  const played = await playPullRequest(pull, stage, (slug, result) =>
    tell.result(slug, result.outputs.verdict ?? 'none', result.outputs.headline ?? ''),
  );
  for (const { slug, result } of played.results) {
    const wanted = expected[pull.branch][slug];
    holds(
      result.outputs.verdict === wanted,
      `${slug} on ${pull.branch} says ${wanted}; it says ${result.outputs.verdict}, exit ${result.exitCode}:\n${result.log}`,
    );
  }
  holds(played.comments.length === 1, `#${pull.number} has one comment; it has ${played.comments.length}`);
  holds(
    played.artifacts === pull.gates.length,
    `#${pull.number} keeps ${pull.gates.length} reports as artifacts; it keeps ${played.artifacts}`,
  );
  tell.line();
  tell.line('Its one comment:');
  tell.comment(played.comments[0] ?? '');
  return played;
}

async function merge(playground: Playground, serving: Serving, stage: Stage, tell: Narrator): Promise<void> {
  const rollout = { stage, serving, playground, onStep: (line: string) => tell.line(line) };
  const flights = { ...rollout, name: 'flight-delay', question: aboutFlights };
  const mails = { ...rollout, name: 'mail-adapter', question: aboutMails, branch: 'main' as const };

  tell.step('The bad branch tries to deploy anyway');
  const refused = await rollOut({ ...flights, branch: 'new-exporter' });
  tellResult(refused, 'fail', 'the bad branch is refused', tell);

  tell.step('#1 is merged: its model is registered, and rolled out on Triton by canary while requests keep coming');
  tell.line("The steps are a demo's: seconds instead of hours, and a limit of 10 % errors instead of 1 %.");
  await mergeBranch(playground, 'better-model-and-prompt');
  const promoted = await rollOut({ ...flights, branch: 'main' });
  tellResult(promoted, 'pass', 'the rollout ends with all requests on the new version', tell);

  tell.step('An adapter of the language model goes out on vLLM, beside the one that serves');
  const ungated = await rollOut(mails);
  tellResult(ungated, 'fail', 'an adapter that no gate has judged is refused', tell);
  tell.line('Forced, with a reason that stays on record:');
  const forced = await rollOut({ ...mails, inputs: { force: 'it changes no answer; there is nothing to judge' } });
  tellResult(forced, 'pass', 'the forced rollout ends with all requests on the new adapter', tell);
}

function tellResult({ outputs, log }: JobResult, verdict: string, expectation: string, tell: Narrator): void {
  tell.result('deploy', outputs['verdict'] ?? 'none', outputs['headline'] ?? '');
  holds(outputs['verdict'] === verdict, `${expectation}; the deploy action says ${outputs['verdict']}:\n${log}`);
}

function tellEnd(played: ReadonlyMap<Branch, Played>, github: LoopbackGitHub, tell: Narrator): void {
  tell.step('Look at it');
  for (const { reports } of played.values()) tell.line(`${relative(process.cwd(), reports)}/*.html`);
  tell.line(`${github.requests.length} requests to GitHub, each as its OpenAPI description allows.`);
  tell.line();
  tell.line('On your own repository, from this checkout:');
  tell.line('  npx pawl --help');
  tell.line('  npx pawl validate data/your.parquet -C ../your-repository');
  tell.line("README.md has each action's smallest workflow.");
}

/** @throws Error with what was expected and what came instead */
export function holds(condition: boolean, expectation: string): asserts condition {
  if (!condition) throw new Error(`Expected: ${expectation}`);
}
