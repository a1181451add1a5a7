// The use case: a deployment file in; a version goes out step by step, or comes back; report and run out.
import { readDeployment, type Deployment, type DeploymentTarget } from '../formats/deployment.ts';
import type { Outcome } from '../formats/outcome.ts';
import { hasErrors, type Problem } from '../formats/problem.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { Clock, IdSource } from '../ports/clock.ts';
import type { DeployTarget } from '../ports/deploy-target.ts';
import type { History } from '../ports/history.ts';
import type { Registry } from '../ports/registry.ts';
import type { Splitter } from '../ports/splitter.ts';
import type { Store } from '../ports/store.ts';
import type { Workspace } from '../ports/workspace.ts';
import { barredFromForcing } from '../registry/index.ts';
import type { Actors } from './actors.ts';
import { byHand } from './by-hand.ts';
import { findCandidate, type Candidate } from './candidate.ts';
import { goOn } from './go-on.ts';
import type { DeployInputs } from './inputs.ts';
import { openJournal, type Journal } from './journal.ts';
import { planRollout } from './plan.ts';
import { planOutcome, problemOutcome, rolloutOutcome, type Subject } from './record.ts';
import { isTerminal, type Rollout } from './rollout.ts';

export interface DeployModel {
  readonly inputs: DeployInputs;
  readonly workspace: Workspace;
  readonly history: History;
  readonly registry: Registry;
  readonly store: Store;
  /** Opened for the rollout's own deployment, which may be older than the file. */
  readonly openTarget: (target: DeploymentTarget) => Promise<DeployTarget>;
  readonly openSplitter: (splitter: Deployment['splitter']) => Promise<Splitter>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly context: RunContext;
}

interface Work extends Subject {
  readonly request: DeployModel;
}

/**
 * Verdicts: promoted `pass`; rolled back or refused by the gate `fail`; held or still going `inconclusive`;
 * a target, splitter or store that cannot be reached `error`, and the rollout stays where it is.
 */
export async function deployModel(request: DeployModel): Promise<Outcome> {
  const { inputs, workspace, context } = request;
  const text = await workspace.readText(inputs.deployment);
  if (text === undefined) {
    return problemOutcome({ request, name: inputs.deployment }, [missingFile(inputs.deployment)], true);
  }
  const read = readDeployment({ text, file: inputs.deployment });
  if (read.value === undefined) return problemOutcome({ request, name: inputs.deployment }, read.problems, true);
  const subject: Work = { request, name: read.value.name, deployment: { text, value: read.value } };
  const journal = openJournal({ ...request, actor: context.origin.actor });
  try {
    return await command(subject, read.value, journal);
  } catch (error) {
    return problemOutcome(subject, [problemOf(error)], false);
  }
}

async function command(subject: Work, deployment: Deployment, journal: Journal): Promise<Outcome> {
  const { inputs, context } = subject.request;
  // GitHub's read-only token does not guard a model server: what comes from a fork may look, and never act.
  if (context.origin.trust === 'fork' && inputs.command !== 'plan' && inputs.command !== 'status') {
    return problemOutcome(
      subject,
      [
        problem(
          'DEPLOY_FROM_FORK',
          `"${inputs.command}" was asked for by a change from a fork.`,
          'Deploy after the merge, on push; from a fork only plan and status answer.',
        ),
      ],
      true,
    );
  }
  if (inputs.command === 'plan' || inputs.command === 'start') return begin(subject, deployment, journal);
  const [rollout] = await journal.recent(deployment.name, 1);
  if (rollout === undefined) {
    return problemOutcome(
      subject,
      [problem('ROLLOUT_NONE', `${deployment.name} has no rollout yet.`, 'Begin one with "pawl deploy start".')],
      true,
    );
  }
  if (inputs.command === 'status') return rolloutOutcome(subject, rollout, { changed: false, problems: [] });
  const actors = await actorsOf(subject, rollout.deployment, journal);
  if (inputs.command === 'tick') return follow(subject, { rollout, actors, journal }, 'once');
  const decided = await byHand(rollout, { command: inputs.command, reason: inputs.reason }, { actors, journal });
  if (decided.value === undefined) return problemOutcome(subject, decided.problems, true);
  return follow(subject, { rollout: decided.value, actors, journal }, 'at once', true);
}

/** Plans a rollout; with `start`, begins it, or goes on with the one that was begun for the same bytes. */
async function begin(subject: Work, deployment: Deployment, journal: Journal): Promise<Outcome> {
  const { request } = subject;
  const { inputs, history, registry, context } = request;
  const found = await findCandidate(deployment, inputs, { history, registry, sha256: context.sha256 });
  if (found.value === undefined || hasErrors(found.problems)) return problemOutcome(subject, found.problems, true);
  const barred = await barredFrom(deployment.name, request);
  if (barred !== undefined) return problemOutcome(subject, [barred], false);
  const candidate = found.value;
  const [last] = await journal.recent(deployment.name, 1);
  const actors = await actorsOf(subject, deployment, journal);
  if (inputs.command === 'plan') {
    return planOutcome(subject, await planRollout({ candidate, deployment, inputs, last }, actors), found.problems);
  }
  const same = last !== undefined && last.digest === candidate.digest && last.commit === candidate.commit;
  if (last !== undefined && !isTerminal(last.state) && !same) {
    return problemOutcome(subject, [activeRollout(last)], false);
  }
  const goesOn = same && (!isTerminal(last.state) || (last.state === 'promoted' && (await serves(last, actors))));
  const rollout = goesOn ? last : await journal.begin(firstEvent(candidate, deployment, inputs));
  const own = goesOn ? await actorsOf(subject, rollout.deployment, journal) : actors;
  const until = inputs.wait ? 'the end' : 'at once';
  return follow(subject, { rollout, actors: own, journal }, until, !goesOn, found.problems);
}

async function follow(
  subject: Work,
  work: { rollout: Rollout; actors: Actors; journal: Journal },
  until: 'once' | 'at once' | 'the end',
  begun = false,
  warnings: readonly Problem[] = [],
): Promise<Outcome> {
  const before = work.rollout.seq;
  const { rollout, failure } = await goOn(work, until);
  const problems = [...warnings, ...(failure === undefined ? [] : [problemOf(failure)])];
  return rolloutOutcome(subject, rollout, { changed: begun || rollout.seq !== before, problems });
}

/** Who may not force this model past its gate, says the gate's policy. */
async function barredFrom(
  name: string,
  { inputs, registry, workspace, context }: Work['request'],
): Promise<Problem | undefined> {
  if (inputs.force === undefined) return undefined;
  const { actor } = context.origin;
  const person = { ...(await registry.tagger()), ...(actor !== undefined && { githubActor: actor }) };
  return barredFromForcing(name, person, workspace);
}

const firstEvent = ({ commit, digest, version }: Candidate, deployment: Deployment, inputs: DeployInputs) => ({
  name: deployment.name,
  commit,
  digest,
  deployment,
  ...(version !== undefined && { version }),
  ...(inputs.force !== undefined && { gate: { forced: inputs.force } }),
});

async function serves({ name, version }: Rollout, { splitter }: Actors): Promise<boolean> {
  const route = (await splitter.get(name))?.route;
  return route !== undefined && route.stable.version === version && route.canaryWeight === 0;
}

async function actorsOf({ request }: Work, deployment: Deployment, journal: Journal): Promise<Actors> {
  const { workspace, history, registry, store, clock, ids, context, inputs } = request;
  return {
    workspace,
    history,
    registry,
    store,
    clock,
    ids,
    context,
    label: inputs.label,
    target: await request.openTarget(deployment.target),
    splitter: await request.openSplitter(deployment.splitter),
    recent: () => journal.recent(deployment.name, 10),
  };
}

const missingFile = (file: string): Problem => ({
  ...problem('DEPLOY_FILE_MISSING', `There is no ${file}.`, 'Name a deployment file (*.deploy.yml).'),
  file,
});

const activeRollout = ({ version, state, commit }: Rollout): Problem =>
  problem(
    'ROLLOUT_ACTIVE',
    `Another rollout is under way: ${version ?? commit.slice(0, 7)} is ${state}.`,
    'Wait for its end, or end it with "pawl deploy promote" or "pawl deploy abort".',
  );

/** Ports throw with a code and a hint; anything else is shown as it is, and never as a verdict about the model. */
function problemOf(error: unknown): Problem {
  const { code, hint, message } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  return problem(
    typeof code === 'string' ? code : 'DEPLOY_FAILED',
    typeof message === 'string' ? message : String(error),
    typeof hint === 'string' ? hint : 'Run the command again; the rollout goes on where it stands.',
  );
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });
