// Which run is meant: its id, the first letters of it, or "latest" and its kin. One rule wherever a run is named.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { RunKind } from '../formats/run-kind.ts';
import { summaryOf, type RunSummary } from '../formats/run.ts';
import { isUlid } from '../formats/ulid.ts';
import type { Store } from '../ports/store.ts';

/** What a command's help says of its argument. */
export const selectorHelp =
  'a run: its id or the first letters of it, latest, latest~1 (the one before), latest:eval-gate/flight-delay';

const shownCandidates = 5;

/** @returns the run meant, or a problem that names the candidates */
export async function findRun(store: Pick<Store, 'list' | 'read'>, text: string): Promise<Read<RunSummary>> {
  const selector = text.trim();
  const latest = /^latest(?:~(\d{1,6}))?(?::(.*))?$/is.exec(selector);
  if (latest !== null) return findLatest(store, selector, { back: Number(latest[1] ?? 0), of: latest[2] });
  const id = selector.toUpperCase();
  if (isUlid(id)) {
    // Read, not listed: a run that lists hide can still be named in full.
    const run = await store.read(id);
    return run === undefined ? { problems: [unknown(text)] } : { value: summaryOf(run), problems: [] };
  }
  if (!/^[0-9A-HJKMNP-TV-Z]{1,25}$/.test(id)) return { problems: [unknown(text)] };
  const matches = await store.list({ all: true, matches: (run) => run.id.startsWith(id) });
  const [found] = matches;
  if (found === undefined) return { problems: [unknown(text)] };
  return matches.length === 1 ? { value: found, problems: [] } : { problems: [ambiguous(text, matches)] };
}

interface Latest {
  readonly back: number;
  /** `KIND`, `KIND/NAME` or `NAME`. */
  readonly of: string | undefined;
}

async function findLatest(store: Pick<Store, 'list'>, text: string, { back, of }: Latest): Promise<Read<RunSummary>> {
  const slash = of?.indexOf('/') ?? -1;
  const first = slash < 0 ? of : of?.slice(0, slash);
  const kind = RunKind.options.find((option) => option === first);
  const name = kind === undefined ? of : slash < 0 ? undefined : of?.slice(slash + 1);
  const found = await store.list({
    ...(kind !== undefined && { kind }),
    ...(name !== undefined && name !== '' && { name }),
    offset: back,
    limit: 1,
  });
  const [run] = found;
  if (run !== undefined) return { value: run, problems: [] };
  const all = await store.list();
  if (all.length === 0) return { problems: [nothingYet(text)] };
  const of_ = all.filter(
    (one) => (kind === undefined || one.kind === kind) && (name === undefined || one.name === name),
  );
  if (of_.length > 0) return { problems: [tooFarBack(text, of_.length)] };
  return { problems: [noSuch(text, { kind, name, first }, all)] };
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });

const listHint = '"pawl run list" shows those there are.';

const unknown = (text: string): Problem => problem('RUN_UNKNOWN', `No run begins with "${text}".`, listHint);

const nothingYet = (text: string): Problem =>
  problem('RUN_UNKNOWN', `There is no run "${text}": nothing is recorded yet.`, 'Judge or log something first.');

const tooFarBack = (text: string, count: number): Problem =>
  problem(
    'RUN_UNKNOWN',
    `"${text}" goes back too far: there ${count === 1 ? 'is 1 run' : `are ${count} runs`}.`,
    listHint,
  );

function noSuch(
  text: string,
  {
    kind,
    name,
    first,
  }: { readonly kind: RunKind | undefined; readonly name: string | undefined; readonly first: string | undefined },
  runs: readonly RunSummary[],
): Problem {
  const names = [...new Set(runs.filter((run) => kind === undefined || run.kind === kind).map((run) => run.name))];
  const candidates = kind === undefined ? [...RunKind.options, ...names] : names;
  const word = kind === undefined ? (first ?? '') : (name ?? '');
  const near = candidates.length === 0 ? listHint : didYouMean(word, candidates);
  return problem(
    'RUN_UNKNOWN',
    `No run is "${text}".`,
    near.replace(/^./, (letter) => letter.toUpperCase()),
  );
}

function ambiguous(text: string, matches: readonly RunSummary[]): Problem {
  const shown = matches.slice(0, shownCandidates).map((run) => `${run.id} (${run.kind} ${run.name})`);
  const more = matches.length - shown.length;
  return problem(
    'RUN_AMBIGUOUS',
    `${matches.length} runs begin with "${text}".`,
    `Give more letters. They are ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
  );
}
