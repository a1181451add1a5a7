// Runs, results and operations, in the user's own repository.
import type { RunKind } from '../formats/run-kind.ts';
import type { Operation, Run, RunSummary } from '../formats/run.ts';
import type { Verdict } from '../formats/verdict.ts';

export interface StoredRun {
  readonly run: Run;
  /** File name → text; each at most 1 MB. */
  readonly results: Readonly<Record<string, string>>;
}

export interface Bundle {
  readonly runs: readonly StoredRun[];
  readonly operations: readonly Operation[];
}

export interface Receipt {
  /** `remote`: the remote said so. `local`: there is no remote, the local repository has it. `spool`: kept aside, `pawl store push` retries. */
  readonly kept: 'remote' | 'local' | 'spool';
  readonly ref: string;
  /** Why it is only spooled, with the remedy. */
  readonly reason?: string;
}

export interface RunQuery {
  readonly kind?: RunKind;
  readonly name?: string;
  readonly branch?: string;
  /** The actor of the run's origin. */
  readonly author?: string;
  readonly verdict?: Verdict;
  /** Digest of the judged thing. */
  readonly subject?: string;
  /** Started at this time or later, milliseconds since 1970. */
  readonly since?: number;
  /** Started before this time. */
  readonly until?: number;
  /** Any further condition; asked newest first, and no further than `limit` needs. */
  readonly matches?: (run: RunSummary) => boolean;
  /** Also runs with a tombstone, and older attempts that a newer one supersedes. */
  readonly all?: boolean;
  /** Leave out the first ones. */
  readonly offset?: number;
  readonly limit?: number;
}

export interface Store {
  /** Create-only and idempotent: the same bundle twice is a no-op. */
  add(bundle: Bundle): Promise<Receipt>;
  /** Newest first. */
  list(query?: RunQuery): Promise<readonly RunSummary[]>;
  read(id: string): Promise<Run | undefined>;
  /** Text of one of a run's results; undefined when there is none. */
  readResult(id: string, file: string): Promise<string | undefined>;
  /** Oldest first. */
  operations(about: string): Promise<readonly Operation[]>;
  /**
   * Folds the inbox into data and index. Safe to kill and to run twice.
   * @param when `atLeast`: leave it when fewer bundles wait than that
   */
  compact(when?: { readonly atLeast?: number }): Promise<{ readonly folded: number; readonly quarantined: number }>;
}
