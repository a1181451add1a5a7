// A look at a running step: counts since it began → decision → the next transition, if there is one.
import { decideStep } from './decide.ts';
import { servedAsOf, type Actors, type Next } from './actors.ts';
import { beginStep, promoteAll, readCounts, setRoute } from './route.ts';
import type { Counts, Pair, Rollout, StepRecord } from './rollout.ts';

export async function observeStep(rollout: Rollout, actors: Actors): Promise<Next | undefined> {
  await setRoute(rollout, actors, rollout.step);
  const view = await lookAt(rollout, actors);
  if (view === 'counting anew') {
    const { step, carried } = rollout;
    return beginStep(rollout, actors, { step, carried, reason: 'the splitter was started anew, and counts from zero' });
  }
  const { decision, finished, carried } = view;
  const last = rollout.step === rollout.deployment.strategy.steps.length - 1;
  switch (decision) {
    case 'rollback':
      return { state: 'rolling-back', reason: finished.reason, finished };
    case 'promote':
      return last
        ? promoteAll(rollout, actors, { reason: finished.reason, finished })
        : beginStep(rollout, actors, { step: rollout.step + 1, carried, finished });
    case 'inconclusive':
      if (rollout.deployment['on-inconclusive'] === 'rollback') {
        return { state: 'rolling-back', reason: `could not tell: ${finished.reason}`, finished };
      }
      return rollout.state === 'held' ? undefined : { state: 'held', reason: finished.reason, finished };
    case 'continue':
      return undefined;
  }
}

/** The step's evidence as it stands, for looking and for deciding by hand. */
export async function lookAt(
  rollout: Rollout,
  actors: Actors,
): Promise<
  | { decision: ReturnType<typeof decideStep>['decision']; finished: StepRecord; carried: Rollout['carried'] }
  | 'counting anew'
> {
  const { name, step, entry, carried, since, deployment } = rollout;
  const now = await readCounts(rollout, actors);
  if (now.canary.requests < entry.canary.requests || now.stable.requests < entry.stable.requests)
    return 'counting anew';
  const counts: Pair = { canary: minus(now.canary, entry.canary), stable: minus(now.stable, entry.stable) };
  const arms = await actors.splitter.counts(name);
  const ready = (await actors.target.served(name)).includes(servedAsOf(rollout));
  const seconds = Math.max(0, (actors.clock.now() - since) / 1000);
  const canaryP95 = arms.canary?.p95;
  const stableP95 = arms.stable.p95;
  const decided = decideStep({
    deployment,
    step,
    seconds,
    counts,
    carried,
    health: {
      ready,
      consecutiveErrors: {
        // Failures of an earlier step, or of before, are not this step's.
        canary: Math.min(arms.canary?.consecutiveErrors ?? 0, counts.canary.errors),
        stable: arms.stable.consecutiveErrors ?? 0,
      },
      p95: {
        ...(canaryP95 !== undefined && { canary: canaryP95 }),
        ...(stableP95 !== undefined && { stable: stableP95 }),
      },
    },
  });
  return {
    decision: decided.decision,
    carried: decided.carried,
    finished: {
      step,
      weight: deployment.strategy.steps[step]?.weight ?? 0,
      seconds,
      counts,
      promote: { ...decided.promote },
      rollback: { ...decided.rollback },
      decision: decided.decision,
      reason: decided.reason,
    },
  };
}

const minus = (a: Counts, b: Counts): Counts => ({
  requests: a.requests - b.requests,
  errors: a.errors - b.errors,
  slow: a.slow - b.slow,
});
