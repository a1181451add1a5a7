// What a use case must be told about its own execution, since it has no clock and no environment.
import type { Sha256 } from './canonical.ts';
import type { RunOrigin } from './run.ts';

export interface RunContext {
  readonly runId: string;
  /** Nobody will keep the run: what its record would hold cannot be looked up by its id. */
  readonly unkept?: true;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Called once, when the run's record is made. */
  readonly endedAt: () => string;
  readonly origin: RunOrigin;
  /** Revision of the branch that a pull request goes to: what a merge base is taken with. */
  readonly baseRef?: string;
  readonly sha256: Sha256;
  /** Progress in words, for people who wait; never parsed. */
  readonly progress: (message: string) => void;
}
