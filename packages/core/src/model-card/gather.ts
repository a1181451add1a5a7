// Finds the runs that speak of a model as it lies in the work tree: of exactly its bytes where they are known, and by its
// name where nobody says which files it is.
import type { Sha256 } from '../formats/canonical.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { RunKind } from '../formats/run-kind.ts';
import type { Run } from '../formats/run.ts';
import type { Store } from '../ports/store.ts';
import type { Workspace } from '../ports/workspace.ts';
import { findSubjects, subjectDigest } from '../registry/index.ts';
import type { CardFacts } from './lint.ts';

export interface GatherPorts {
  readonly workspace: Pick<Workspace, 'list' | 'read' | 'readText'>;
  readonly store: Pick<Store, 'list' | 'read'>;
  readonly sha256: Sha256;
}

export interface Gathered extends CardFacts {
  readonly training?: Run;
}

const judging = ['eval-gate', 'prompt-regression'] as const;

/** @param only `passing`: what may stand in a card; `judged`: also what failed, for looking a card over */
export async function gatherFacts(
  name: string,
  ports: GatherPorts,
  only: 'passing' | 'judged',
): Promise<Read<Gathered>> {
  const found = await findSubjects(name, ports.workspace);
  if (found.value === undefined) return { problems: found.problems };
  const kinds: readonly (readonly [RunKind, string | undefined])[] =
    found.value.length === 0
      ? judging.map((kind) => [kind, undefined])
      : await Promise.all(
          found.value.map(async (subject) => {
            const read = (path: string): Promise<Uint8Array | undefined> => ports.workspace.read(path);
            return [subject.gate, await subjectDigest(subject, read, ports.sha256)] as const;
          }),
        );
  const runs: Run[] = [];
  for (const [kind, digest] of kinds) {
    const run = await newestRun(
      ports.store,
      { kind, ...(digest === undefined ? { name } : { subject: digest }) },
      ({ verdict, advisory }) =>
        only === 'passing' ? verdict === 'pass' && advisory !== true : verdict !== undefined && verdict !== 'error',
    );
    if (run !== undefined) runs.push(run);
  }
  const subjects = kinds.flatMap(([, digest]) => digest ?? []);
  const training = await trainingOf(name, subjects, ports.store);
  return { value: { subjects, runs, ...(training !== undefined && { training }) }, problems: [] };
}

/** The run that made these bytes; else the newest one of that name. */
async function trainingOf(
  name: string,
  subjects: readonly string[],
  store: GatherPorts['store'],
): Promise<Run | undefined> {
  const made = await newestRun(store, { kind: 'training', name }, ({ artifacts = [] }) =>
    artifacts.some(({ digest }) => subjects.includes(digest)),
  );
  return (
    made ?? newestRun(store, { kind: 'training', name }, ({ verdict }) => verdict !== 'error' && verdict !== 'fail')
  );
}

async function newestRun(
  store: GatherPorts['store'],
  query: { readonly kind: RunKind; readonly name?: string; readonly subject?: string },
  takes: (run: Run) => boolean,
): Promise<Run | undefined> {
  for (const { id } of await store.list(query)) {
    const run = await store.read(id);
    if (run !== undefined && run.origin.trust !== 'fork' && takes(run)) return run;
  }
  return undefined;
}

/** The run that somebody named, or why it cannot stand in a card. */
export async function namedRun(id: string, store: GatherPorts['store']): Promise<Read<Run>> {
  const matching = (await store.list({ all: true })).filter((run) => run.id.startsWith(id.toUpperCase()));
  const [summary] = matching;
  const run = summary === undefined || matching.length > 1 ? undefined : await store.read(summary.id);
  if (run === undefined) {
    const several = matching.length > 1;
    return {
      problems: [
        problem(
          several ? 'RUN_AMBIGUOUS' : 'RUN_UNKNOWN',
          several ? `${matching.length} runs begin with "${id}".` : `No run begins with "${id}".`,
          several ? 'Give more letters.' : '"pawl run list" shows those there are.',
        ),
      ],
    };
  }
  const judges = judging.some((kind) => kind === run.kind);
  if (judges && run.verdict === 'pass' && run.origin.trust !== 'fork') return { value: run, problems: [] };
  const why = !judges
    ? `is of the kind ${run.kind}`
    : run.origin.trust === 'fork'
      ? 'came from a fork'
      : `says ${run.verdict ?? 'nothing'}`;
  return {
    problems: [
      problem(
        'CARD_RUN_UNFIT',
        `Run ${run.id} ${why}.`,
        'A card takes its numbers from an eval-gate or prompt-regression run that passed.',
      ),
    ],
  };
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });
