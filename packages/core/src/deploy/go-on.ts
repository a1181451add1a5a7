// Drives a rollout: transition after transition, waiting in between, until there is nothing to do.
import type { Actors } from './actors.ts';
import { advance } from './advance.ts';
import type { Journal } from './journal.ts';
import { isResting, isTerminal, type Rollout } from './rollout.ts';

/** A splitter or server that does not answer three looks in a row is gone; one lost look is nothing. */
const patience = 3;

/**
 * @param until `once`: one transition at most. `at once`: all that need no waiting. `the end`: until the
 *   rollout rests.
 * @returns the rollout as the store has it, and what stopped the driving before its end
 */
export async function goOn(
  { rollout: given, actors, journal }: { rollout: Rollout; actors: Actors; journal: Journal },
  until: 'once' | 'at once' | 'the end',
): Promise<{ readonly rollout: Rollout; readonly failure?: unknown }> {
  let rollout = given;
  const pause = rollout.deployment.strategy['interval-seconds'] * 1000;
  for (let failures = 0; ;) {
    if (isTerminal(rollout.state) || (until !== 'once' && isResting(rollout.state) && rollout.seq !== given.seq)) {
      return { rollout };
    }
    try {
      const next = await advance(rollout, actors);
      failures = 0;
      if (next !== undefined) {
        rollout = await journal.append(rollout, next);
        actors.context.progress(progressOf(rollout));
        if (until === 'once') return { rollout };
        continue;
      }
    } catch (failure) {
      failures += 1;
      if (until !== 'the end' || failures >= patience) return { rollout, failure };
    }
    if (until !== 'the end' || rollout.state === 'held') return { rollout };
    await actors.clock.sleep(pause);
    // Somebody may have decided by hand meanwhile.
    rollout = (await journal.read(rollout.id)) ?? rollout;
  }
}

function progressOf({ state, version, step, deployment, reason }: Rollout): string {
  const name = version ?? 'the version';
  if (state === 'step') {
    const { steps } = deployment.strategy;
    return `${name} answers ${steps[step]?.weight ?? 0} % (step ${step + 1} of ${steps.length})`;
  }
  return `${name} is ${state}${reason === undefined ? '' : `: ${reason}`}`;
}
