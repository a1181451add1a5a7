// Finds eval runs in the store, and takes none on trust: a fork's run is no evidence, and a file must have its digest.
import type { Problem, Read } from '../../formats/problem.ts';
import type { RunContext } from '../../formats/run-context.ts';
import type { Run, RunSummary } from '../../formats/run.ts';
import { isUlid } from '../../formats/ulid.ts';
import type { Store } from '../../ports/store.ts';
import { reasonOf } from '../reason.ts';
import { readCases, type EvalCaseLine } from './cases.ts';

export type RunStore = Pick<Store, 'list' | 'read' | 'readResult'>;

export interface StoredEval {
  readonly run: Run;
  readonly cases: readonly EvalCaseLine[];
  /** Of its file of cases. */
  readonly digest: string;
}

export interface RunWorld {
  readonly store?: RunStore | undefined;
  readonly context: RunContext;
}

const casesFile = 'cases.jsonl';
const kind = 'prompt-regression';

export const isRunAddress = (text: string): boolean => /^(run|latest):/.test(text);

/** @param address `run:ID`, or `latest:prompt-regression/NAME` for the newest run of that name */
export async function findRun(address: string, { store, context }: RunWorld): Promise<Read<StoredEval>> {
  if (store === undefined) return missing('There is no store to read runs from.', 'Run this in a Git repository.');
  try {
    const id = await idOf(address, store);
    if (typeof id !== 'string') return { problems: [id] };
    return await readRun(id, store, context);
  } catch (error) {
    const { message, hint } = reasonOf(error);
    return missing(`The store cannot be read: ${message}`, hint ?? 'Try again, or see `pawl store verify`.');
  }
}

/** Runs that are looked at for one that the commit alone explains. */
const mostRuns = 20;

/** The newest run of a suite at a commit, with nothing changed beside it: what ran on other files says nothing of it. */
export async function runAtCommit(name: string, commit: string, store: RunStore): Promise<string | undefined> {
  const matches = (run: RunSummary): boolean => run.trust !== 'fork' && run.commit === commit;
  for (const { id } of await store.list({ kind, name, limit: mostRuns, matches })) {
    if ((await store.read(id))?.origin.dirty !== true) return id;
  }
  return undefined;
}

async function idOf(address: string, store: RunStore): Promise<string | Problem> {
  const [, how, what = ''] = /^(run|latest):(.*)$/.exec(address) ?? [];
  if (how === 'run') {
    return isUlid(what)
      ? what
      : problem('GATE_RUN_MISSING', `"${what}" is no id of a run.`, 'Ids are in `pawl run list`: run:01J….');
  }
  const name = what.startsWith(`${kind}/`) ? what.slice(kind.length + 1) : '';
  if (name === '') {
    return problem('GATE_RUN_MISSING', `"${address}" names no eval run.`, `Write latest:${kind}/NAME or run:ID.`);
  }
  const [newest] = await store.list({ kind, name, limit: 1, matches: (run) => run.trust !== 'fork' });
  return (
    newest?.id ??
    problem('GATE_RUN_MISSING', `There is no ${kind} run of "${name}" in the store.`, `Evaluate it: pawl eval ${name}.`)
  );
}

async function readRun(id: string, store: RunStore, context: RunContext): Promise<Read<StoredEval>> {
  const run = await store.read(id);
  if (run === undefined) return missing(`There is no run ${id} in the store.`, 'See `pawl run list`.');
  if (run.kind !== kind) return missing(`Run ${id} is a ${run.kind} run, no eval run.`, `Name a ${kind} run.`);
  if (run.origin.trust === 'fork') {
    return missing(
      `Run ${id} was made by a fork: it is shown, and is no evidence.`,
      'Push the commits to a branch of the repository, and evaluate them there.',
    );
  }
  const text = await store.readResult(id, casesFile);
  if (text === undefined) {
    return missing(`Run ${id} has no cases any more, or was stopped before it had any.`, 'Evaluate the suite again.');
  }
  const digest = context.sha256(text);
  if (run.results[casesFile] !== digest) {
    const message = `The cases of run ${id} are not those that the run recorded: their digest differs.`;
    return { problems: [problem('GATE_RUN_CHANGED', message, 'See `pawl store verify`; evaluate the suite again.')] };
  }
  const cases = readCases(text, `run ${id}`);
  return cases.value === undefined
    ? { problems: cases.problems }
    : { value: { run, cases: cases.value, digest }, problems: [] };
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });
const missing = (message: string, hint: string): { readonly problems: Problem[] } => ({
  problems: [problem('GATE_RUN_MISSING', message, hint)],
});
