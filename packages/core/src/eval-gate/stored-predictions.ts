// What an earlier gate kept of production's answers, so that production is not run again on the rows it has answered.
// The answers are known by a digest of what gives them: the model's bytes, the dataset's, and how rows are read and fed.
import { digestOf, type Sha256 } from '../formats/canonical.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { RunSummary } from '../formats/run.ts';
import type { Store } from '../ports/store.ts';
import { runtimeParams } from './runtimes.ts';
import type { Side } from './task.ts';

/** Params of a gate's run: the digest of each side's answers, where a model gave them. */
export const answersParams = { candidate: 'answers', baseline: 'baseline-answers' } as const;
export const predictionsFile = 'predictions.jsonl';

/** Newer runs come first; one that was pruned or cut short is passed over. */
const mostRuns = 5;

export interface KnownAnswers {
  /** Digest of the model's bytes. */
  readonly model: string;
  /** Digest of the dataset. */
  readonly data: string;
}

/** Slices and the dataset's path are left out: they change no answer. */
export function answersDigest({ task, data, threshold }: GatePolicy, known: KnownAnswers, sha256: Sha256): string {
  const { path: _, slices: __, 'known-features': ___, ...reading } = data;
  return digestOf({ task, reading, threshold, ...known }, sha256);
}

export interface StoredAnswers {
  readonly run: string;
  /** Digest of the file they stand in. */
  readonly digest: string;
  /** One line each, of the side that was production there. */
  readonly lines: readonly StoredLine[];
  readonly side: Side;
  /** What ran the model then, where the run says so. */
  readonly runtime?: string;
}

export type StoredLine = Readonly<Record<string, unknown>>;

export interface StoredWorld {
  readonly store?: Pick<Store, 'list' | 'read' | 'readResult'> | undefined;
  readonly context: Pick<RunContext, 'sha256' | 'progress'>;
}

/**
 * @returns undefined where no run kept them, or none can be asked: production is then run. Problems where a run kept
 * something else than it says: whoever changed it may have changed more
 */
export async function storedAnswers(
  { store, context }: StoredWorld,
  name: string,
  answers: string,
): Promise<Read<StoredAnswers | undefined>> {
  if (store === undefined) return { value: undefined, problems: [] };
  for (const { id, side } of await runsWith(store, name, answers)) {
    const [run, text] = [await store.read(id), await store.readResult(id, predictionsFile)];
    if (run === undefined || text === undefined || run.params[answersParams[side]] !== answers) continue;
    const digest = context.sha256(text);
    if (run.results[predictionsFile] !== digest) return { problems: [changed(id)] };
    const lines = linesOf(text);
    if (lines === undefined) return { problems: [changed(id)] };
    const runtime = run.params[runtimeParams[side]];
    const value = { run: id, digest, lines, side, ...(typeof runtime === 'string' && { runtime }) };
    return { value, problems: [] };
  }
  return { value: undefined, problems: [] };
}

async function runsWith(
  store: NonNullable<StoredWorld['store']>,
  name: string,
  answers: string,
): Promise<{ id: string; side: Side }[]> {
  const sideIn = ({ params = {}, trust }: RunSummary): Side | undefined =>
    trust === 'fork'
      ? undefined
      : (['candidate', 'baseline'] as const).find((side) => params[answersParams[side]] === answers);
  try {
    const found = await store.list({
      kind: 'eval-gate',
      name,
      limit: mostRuns,
      matches: (run) => sideIn(run) !== undefined,
    });
    return found.map((run) => ({ id: run.id, side: sideIn(run)! }));
  } catch {
    // Only a saving is lost: production can be run.
    return [];
  }
}

function linesOf(text: string): StoredLine[] | undefined {
  try {
    const lines = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
    return lines.every((line): line is StoredLine => typeof line === 'object' && line !== null) ? lines : undefined;
  } catch {
    return undefined;
  }
}

const changed = (id: string): Problem => ({
  code: 'GATE_STORED_CHANGED',
  severity: 'error',
  message: `The predictions that run ${id} kept are not those that it recorded: their digest differs.`,
  hint: 'See `pawl store verify`; or give the predictions of the baseline as a file: `baseline-predictions`.',
});
