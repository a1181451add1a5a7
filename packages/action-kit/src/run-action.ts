// The same order in every action: compute, write the results, publish, and only then fail.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exitCodeOf, hasErrors, isExpected, type InputSpec, type Outcome, type Problem } from '@pawl/core';
import { renderTerminal } from '@pawl/core/report';
import type { Action, ActionHost, ActionWorld, Producer, WorldRequest } from './action.ts';
import { crashOutcome, expectedOutcome, usageOutcome } from './failures.ts';
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
  const runner = await readRunner(step.env, step.cwd);
  const settings = readSettings(step.env);
  if (settings.value === undefined) return refuse(files, [...runner.problems, ...settings.problems]);
  files.log(`${action.title}: judging ${subjectOf(runner)}`);
  if (runner.event.fork)
    files.log(
      'The change comes from a fork: its token is read-only, so nothing is recorded or commented; the verdict is here.',
    );

  const computed = await compute(action, host, { runner, settings: settings.value, files });
  await using world = computed.world;
  const outcome = {
    ...computed.outcome,
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

const rootOf = (runner: Runner, settings: Settings): string => resolve(runner.workspace, settings['working-directory']);

function subjectOf({ event }: Runner): string {
  const commit = event.headSha === undefined ? 'the working directory' : `commit ${event.headSha.slice(0, 12)}`;
  return event.pullRequest === undefined ? commit : `${commit} of pull request ${event.pullRequest}`;
}

interface Place {
  readonly runner: Runner;
  readonly settings: Settings;
  readonly files: RunnerFiles;
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

function worldRequest({ runner, settings, files }: Place): WorldRequest {
  const { env, event, repository, actor, runUrl, toolCache } = runner;
  const duckdbPath = settings['duckdb-path'];
  return {
    root: rootOf(runner, settings),
    env,
    progress: (message) => files.log(message),
    storeFolder: resolve(runner.temp, 'pawl', 'store'),
    ...(toolCache !== undefined && { toolCache }),
    ...(duckdbPath !== undefined && { duckdbPath }),
    ...producerOf(runner, settings),
    ...(event.baseSha !== undefined && { baseRef: event.baseSha }),
    origin: {
      ...(repository !== undefined && { repository }),
      ...(event.headSha !== undefined && { commit: event.headSha }),
      ...(event.branch !== undefined && { branch: event.branch }),
      ...(event.pullRequest !== undefined && { pullRequest: event.pullRequest }),
      ...(actor !== undefined && { actor }),
      ...(runUrl !== undefined && { url: runUrl }),
      trust: event.fork ? 'fork' : 'own',
    },
  };
}

/** Outside a workflow there is no producer: such a run has an id of chance. */
function producerOf({ env, repository }: Runner, settings: Settings): { readonly producer?: Producer } {
  const workflowRun = env['GITHUB_RUN_ID'] ?? '';
  if (workflowRun === '') return {};
  return {
    producer: {
      repository: repository ?? '',
      workflowRun,
      attempt: env['GITHUB_RUN_ATTEMPT'] ?? '1',
      job: env['GITHUB_JOB'] ?? '',
      matrix: `${settings['job-index'] ?? ''} ${settings.matrix ?? ''}`.trim(),
      step: env['GITHUB_ACTION'] ?? '',
    },
  };
}

/** Before anything can be published there is only the log. */
function refuse(files: RunnerFiles, problems: readonly Problem[]): number {
  for (const problem of problems) annotateProblem(files, problem);
  return 2;
}

function annotateProblem(files: RunnerFiles, problem: Problem): void {
  files.annotate({
    level: problem.severity,
    title: problem.code,
    message: problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`,
    ...(problem.file !== undefined && { file: problem.file }),
    ...(problem.line !== undefined && { line: problem.line }),
    ...(problem.column !== undefined && { column: problem.column }),
  });
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
