// The same order in every action: compute, write the results, publish, and only then fail.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  exitCodeOf,
  exitCodes,
  hasErrors,
  isExpected,
  problemOfExpected,
  type InputSpec,
  type Outcome,
  type Problem,
} from '@pawl/core';
import { renderTerminal } from '@pawl/core/report';
import type { Action, ActionHost, ActionWorld, WorldRequest } from './action.ts';
import { crashOutcome, crashProblem, expectedOutcome, usageOutcome } from './failures.ts';
import { annotateProblem, rootOf, worldRequest, type Place } from './place.ts';
import { producerOf, runProducerOf } from './producer.ts';
import { publishOutcome } from './publish-outcome.ts';
import { readFeatureInputs, readSettings, type Settings } from './read-action-inputs.ts';
import { fromRepositoryRoot } from './repository-paths.ts';
import { runnerFilesOf, type RunnerFiles } from './runner-files.ts';
import { readRunner, type Environment, type Runner } from './runner.ts';

export interface Step {
  readonly env: Environment;
  readonly cwd: string;
  readonly write: (text: string) => void;
}

/** @returns the exit code of the process: 0, or why the step failed */
export async function runAction<S extends InputSpec, W extends ActionWorld>(
  action: Action<S>,
  host: ActionHost<S, W>,
  step: Step,
): Promise<number> {
  const files = runnerFilesOf(step.env, step.write);
  const told = await readRunner(step.env, step.cwd);
  const settings = readSettings(step.env);
  if (settings.value === undefined) return refuse(files, [...told.problems, ...settings.problems]);
  const runner = await decided(told, settings.value);
  const place = { runner, settings: settings.value, files };
  if (settings.value.mode !== 'run') return otherMode(action, host, place);
  files.log(`${action.title}: judging ${subjectOf(runner)}`);
  if (runner.event.fork)
    files.log(
      'The change comes from a fork or from somebody else whose token cannot write: nothing is recorded or commented here. The verdict is, and it is handed over as an artifact.',
    );

  const computed = await compute(action, host, place);
  await using world = computed.world;
  const outcome = {
    ...withProducer(computed.outcome, place),
    report: fromRepositoryRoot(computed.outcome.report, {
      workspace: runner.workspace,
      root: rootOf(runner, settings.value),
    }),
  };
  files.log(renderTerminal(outcome.report, { width: 100 }));
  const { outputs, problems } = await publishOutcome(outcome, {
    slug: action.slug,
    runner,
    settings: settings.value,
    files,
    ...(world !== undefined && { store: world.store }),
  });
  for (const problem of problems) annotateProblem(files, problem);
  await files.setOutputs(outputs);
  return conclude(files, outcome, settings.value, computed.crashed);
}

/** Loaded when asked for: most steps judge. */
async function otherMode<S extends InputSpec, W extends ActionWorld>(
  action: Action<S>,
  host: ActionHost<S, W>,
  place: Place,
): Promise<number> {
  const request = { action, openWorld: (asked: WorldRequest) => host.openWorld(asked), ...place };
  const work =
    place.settings.mode === 'collect' ? (await import('./collect.ts')).collect : (await import('./publish.ts')).publish;
  try {
    return await work(request);
  } catch (error) {
    if (isExpected(error)) annotateProblem(place.files, problemOfExpected(error));
    else {
      place.files.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      annotateProblem(place.files, crashProblem(error));
    }
    await place.files.setOutputs({ verdict: 'error', passed: 'false' });
    return exitCodes.error;
  }
}

/** A comment on a pull request does not say where its code comes from; GitHub does. Until it has, nobody is trusted. */
async function decided(runner: Runner, settings: Settings): Promise<Runner> {
  const { event, repository, apiUrl } = runner;
  const token = settings['github-token'];
  if (event.undecided === undefined || repository === undefined || token === undefined) return runner;
  const { readPullRequest } = await import('@pawl/github');
  const pull = await readPullRequest({ token, apiUrl, repository }, event.undecided);
  return 'refused' in pull || pull.headRepository !== repository
    ? runner
    : { ...runner, event: { ...event, fork: false } };
}

/** So that a new attempt of this step supersedes its older one in lists. */
function withProducer(outcome: Outcome, { runner, settings }: Place): Outcome {
  const producer = producerOf(runner, settings);
  if (outcome.run === undefined || producer === undefined) return outcome;
  return { ...outcome, run: { producer: runProducerOf(producer), ...outcome.run } };
}

function subjectOf({ event }: Runner): string {
  const commit = event.headSha === undefined ? 'the working directory' : `commit ${event.headSha.slice(0, 12)}`;
  return event.pullRequest === undefined ? commit : `${commit} of pull request ${event.pullRequest}`;
}

interface Computed<W> {
  readonly outcome: Outcome;
  readonly world: W | undefined;
  readonly crashed: boolean;
}

async function compute<S extends InputSpec, W extends ActionWorld>(
  action: Action<S>,
  host: ActionHost<S, W>,
  place: Place,
): Promise<Computed<W>> {
  const { slug } = action;
  let world: W | undefined;
  try {
    const hopeless = mistakesWithoutConfig(action, place);
    if (hopeless.length > 0) return { outcome: usageOutcome(slug, slug, hopeless), world, crashed: false };
    world = await host.openWorld(worldRequest(place));
    const inputs = readFeatureInputs(action, place.runner.env, world);
    const problems = [...place.runner.problems, ...world.problems, ...inputs.problems];
    if (inputs.value === undefined || hasErrors(problems))
      return { outcome: usageOutcome(slug, slug, problems), world, crashed: false };
    return { outcome: await host.execute(inputs.value, world), world, crashed: false };
  } catch (error) {
    if (isExpected(error)) return { outcome: expectedOutcome(slug, slug, error), world, crashed: false };
    place.files.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { outcome: crashOutcome(slug, slug, error), world, crashed: true };
  }
}

/** Where there is no pawl.yml, what the workflow gives is all there is: a mistake is told without loading an engine. */
function mistakesWithoutConfig<S extends InputSpec>(
  action: Action<S>,
  { runner, settings }: Place,
): readonly Problem[] {
  const root = rootOf(runner, settings);
  if (existsSync(join(root, 'pawl.yml'))) return [];
  const problems = [...runner.problems, ...readFeatureInputs(action, runner.env, { config: {} }).problems];
  return hasErrors(problems) ? problems : [];
}

/** Before anything can be published there is only the log. */
function refuse(files: RunnerFiles, problems: readonly Problem[]): number {
  for (const problem of problems) annotateProblem(files, problem);
  return 2;
}

/** A crash and a mistake in the inputs always fail: neither is a verdict that `fail-on` could forgive. */
function conclude(files: RunnerFiles, outcome: Outcome, settings: Settings, crashed: boolean): number {
  const { verdict, headline, name } = outcome.report;
  const code = exitCodeOf(outcome);
  if (code === 0) return 0;
  const fails = crashed || outcome.usage || settings.failOn.includes(verdict);
  const reason = crashed ? 'Pawl broke' : outcome.usage ? 'wrong inputs or files' : `the gate says ${verdict}`;
  if (fails) files.annotate({ level: 'error', title: `Pawl: ${reason}`, message: `${name}: ${headline}` });
  else files.log(`The verdict is ${verdict}; "fail-on" lets the step go on.`);
  return fails ? code : 0;
}
