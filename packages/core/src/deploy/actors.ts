// The ports a rollout acts on, and what a transition is.
import type { RunContext } from '../formats/run-context.ts';
import type { Clock, IdSource } from '../ports/clock.ts';
import type { DeployTarget } from '../ports/deploy-target.ts';
import type { History } from '../ports/history.ts';
import type { Registry } from '../ports/registry.ts';
import type { Splitter } from '../ports/splitter.ts';
import type { Store } from '../ports/store.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { Rollout, RolloutEvent } from './rollout.ts';

/** What a rollout acts on. */
export interface Actors {
  readonly workspace: Workspace;
  readonly history: History;
  readonly registry: Registry;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly context: RunContext;
  readonly target: DeployTarget;
  readonly splitter: Splitter;
  /** The label a promotion moves. */
  readonly label: string;
  /** The newest rollouts of the same deployment, this one among them. */
  readonly recent: () => Promise<readonly Rollout[]>;
}

export type Next = Partial<RolloutEvent> & Pick<RolloutEvent, 'state'>;

/** What the target calls the new version. */
export const servedAsOf = (rollout: Rollout): string => {
  if (rollout.servedAs === undefined)
    throw new Error(`Rollout ${rollout.id} is ${rollout.state} and was never staged.`);
  return rollout.servedAs;
};
