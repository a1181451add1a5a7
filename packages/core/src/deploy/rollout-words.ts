// What is said of a rollout as a whole: its verdict, its headline, how the two versions did.
import { counted, percent, thousands } from '../dataset/plain-words.ts';
import type { Verdict } from '../formats/verdict.ts';
import type { Rollout, StepRecord } from './rollout.ts';

/** "Could not tell" and "not yet known" are both inconclusive. */
export function verdictOf({ state }: Rollout): Verdict {
  if (state === 'promoted') return 'pass';
  return state === 'rolled-back' || state === 'rolling-back' || state === 'refused' ? 'fail' : 'inconclusive';
}

export function headlineOf(rollout: Rollout): string {
  const { state, version = rollout.commit.slice(0, 7), previous, finished, deployment, reason = '' } = rollout;
  const { requests, errors } = totals(finished);
  const steps = new Set(finished.map(({ step }) => step)).size;
  const hand = reason.startsWith('by ');
  switch (state) {
    case 'promoted':
      if (previous === undefined) return `${version} serves all requests; ${reason}`;
      return `${version} serves all requests after ${counted(steps, 'step')}${hand ? `, promoted ${reason}` : ''}; ${thousands(errors)} of ${counted(requests, 'canary request')} failed`;
    case 'rolling-back':
    case 'rolled-back': {
      const back = previous === undefined ? 'and was taken away' : `and ${previous.version} serves all requests again`;
      const word = state === 'rolled-back' ? 'was rolled back' : 'is being rolled back';
      return `${version} ${word} ${hand ? reason : `because ${reason}`}, ${back}`;
    }
    case 'refused':
      return `${version} was refused: ${reason}`;
    case 'held':
      return `${version} is held at ${deployment.strategy.steps[rollout.step]?.weight ?? 0} %: ${reason}`;
    case 'step':
      return `${version} is at step ${rollout.step + 1} of ${deployment.strategy.steps.length}, with ${deployment.strategy.steps[rollout.step]?.weight ?? 0} % of the requests`;
    default:
      return `${version} is ${state}, and answers nobody yet`;
  }
}

export function comparisonOf({ finished, previous, version }: Rollout): string {
  if (finished.length === 0 || previous === undefined) return version ?? '';
  const canary = totals(finished);
  const stable = totals(finished, 'stable');
  return `errors ${rate(canary)}, ${previous.version} ${rate(stable)}`;
}

export function totals(finished: readonly StepRecord[], arm: 'canary' | 'stable' = 'canary') {
  return finished.reduce(
    (sum, { counts }) => ({ requests: sum.requests + counts[arm].requests, errors: sum.errors + counts[arm].errors }),
    { requests: 0, errors: 0 },
  );
}

export const rate = ({ requests, errors }: { requests: number; errors: number }): string =>
  requests === 0 ? 'no requests' : percent(errors / requests);
