// What a person decides: recorded with name and reason, and only where the machine allows it.
import type { Read } from '../formats/problem.ts';
import type { Actors, Next } from './actors.ts';
import type { Journal } from './journal.ts';
import { lookAt } from './observe.ts';
import { promoteAll } from './route.ts';
import { transitions, type Rollout, type RolloutState, type StepRecord } from './rollout.ts';

export async function byHand(
  rollout: Rollout,
  order: { readonly command: 'promote' | 'abort' | 'rollback'; readonly reason: string | undefined },
  { actors, journal }: { actors: Actors; journal: Journal },
): Promise<Read<Rollout>> {
  const { command } = order;
  const followers: readonly RolloutState[] = transitions[rollout.state];
  const wanted: RolloutState = command === 'promote' ? 'promoted' : 'rolling-back';
  // A rollout that goes on is aborted; one that ended is rolled back.
  const wrongWord = (command === 'rollback') !== (rollout.state === 'promoted') && command !== 'promote';
  if (!followers.includes(wanted) || wrongWord) return refused(rollout, command);
  if (command === 'rollback' && rollout.previous === undefined) {
    return {
      problems: [
        {
          code: 'ROLLOUT_FIRST',
          severity: 'error',
          message: `${rollout.version ?? 'It'} is the first version; there is none to go back to.`,
          hint: 'Roll out another version.',
        },
      ],
    };
  }
  const reason = `by ${actors.context.origin.actor ?? 'hand'}${order.reason === undefined ? '' : `: ${order.reason}`}`;
  const finished = await evidenceSoFar(rollout, actors);
  const next: Next =
    command === 'promote'
      ? await promoteAll(rollout, actors, { reason, ...(finished !== undefined && { finished }) })
      : { state: 'rolling-back', reason, ...(finished !== undefined && { finished }) };
  return { value: await journal.append(rollout, next), problems: [] };
}

/** The record shows what was known when the decision was made; an unreachable splitter must not stop an abort. */
async function evidenceSoFar(rollout: Rollout, actors: Actors): Promise<StepRecord | undefined> {
  if (rollout.state !== 'step' && rollout.state !== 'held') return undefined;
  const view = await lookAt(rollout, actors).catch(() => undefined);
  if (view === undefined || view === 'counting anew') return undefined;
  return { ...view.finished, decision: 'by-hand' };
}

const refused = ({ state, version, name }: Rollout, command: string): Read<Rollout> => ({
  problems: [
    {
      code: 'ROLLOUT_STATE',
      severity: 'error',
      message: `${version ?? name} is ${state}, so there is nothing to ${command === 'rollback' ? 'roll back' : command}.`,
      hint:
        state === 'promoted'
          ? 'Use "pawl deploy rollback" to go back to the version before.'
          : 'See "pawl deploy status"; a running rollout is ended by "pawl deploy abort".',
    },
  ],
});
