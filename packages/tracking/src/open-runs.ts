// A run that lasts: begun, logged to by any number of processes, ended once and stored as one run.
import { hostname } from 'node:os';
import type { Problem, Read } from '@pawl/core';
import {
  foldEntries,
  nameProblem,
  recordRun,
  type LogEntry,
  type LoggedKind,
  type LoggedValues,
  type RunLog,
  type RunStatus,
} from '@pawl/core/tracking';
import type { World } from '@pawl/wiring';
import { entriesOf } from './entries.ts';
import { TrackingError } from './errors.ts';
import type { Logged } from './log-once.ts';
import { notOpen, openRunFiles, type OpenRunFiles, type OpenRunLog } from './open-run-files.ts';
import { sha256 } from './sha256.ts';
import { startRecord, type Capture } from './start-record.ts';

export interface BeginRequest extends LoggedValues {
  readonly kind: LoggedKind;
  readonly name: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the run ends with this process: its end without a word can then be told. */
  readonly ownProcess?: boolean;
}

export interface Begun {
  readonly id: string;
  /** Absolute path of the open run's file. */
  readonly stateFolder: string;
  readonly problems: readonly Problem[];
}

/** Needs no remote: until its end a run lies in the Git directory. */
export async function beginRun(world: World, request: BeginRequest, capture: Capture): Promise<Read<Begun>> {
  const wrong = nameProblem(request.name, 'name');
  if (wrong !== undefined) return { problems: [wrong] };
  const entries = await entriesOf(world, request, isoNow(world));
  if (entries.value === undefined) return { problems: entries.problems };
  const { kind, name, environment } = request;
  const { start, problems } = await startRecord(
    world,
    {
      kind,
      name,
      ...(environment !== undefined && { environment }),
      ...(request.ownProcess === true && { process: { pid: process.pid, host: hostname() } }),
    },
    capture,
  );
  const stateFolder = await world.workTree.stateFolder();
  const files = openRunFiles(stateFolder);
  await files.create(start);
  append(files, start.id, entries.value);
  const all = [...entries.problems, ...problems];
  return { value: { id: start.id, stateFolder, problems: all }, problems: all };
}

/** @param id of an open run, or its first letters */
export async function logToRun(world: World, id: string, values: LoggedValues): Promise<Read<{ readonly id: string }>> {
  const files = openRunFiles(await world.workTree.stateFolder());
  const found = oneOf(await files.ids(), id);
  if (found.value === undefined) return { problems: found.problems };
  const entries = await entriesOf(world, values, isoNow(world));
  if (entries.value === undefined) return { problems: entries.problems };
  const refused = append(files, found.value, entries.value);
  if (refused !== undefined) return { problems: refused.problems };
  return { value: { id: found.value }, problems: entries.problems };
}

/**
 * Stores an open run. Its end is written down first and the file removed last: when anything dies in between, ending
 * it again stores the same record under the same name.
 * @throws StoreError when the record cannot be stored; the run stays open then
 */
export async function endRun(world: World, id: string, status: RunStatus): Promise<Read<Logged>> {
  const files = openRunFiles(await world.workTree.stateFolder());
  const found = oneOf(await files.ids(), id);
  if (found.value === undefined) return { problems: found.problems };
  // Refused where the end is there already: the first one counts, whoever wrote it.
  append(files, found.value, [{ type: 'end', status, at: isoNow(world) }]);
  const read = await files.read(found.value);
  if (read?.value === undefined) return { problems: read?.problems ?? [notOpen(id)] };
  const recorded = recordRun(read.value, sha256);
  const receipt = await world.store.add({ runs: [recorded.stored], operations: [] });
  const problems = [...read.problems, ...recorded.problems, ...(await lateValues(files, found.value, read))];
  await files.remove(found.value);
  return { value: { id: found.value, receipt, problems }, problems };
}

/** @returns why nothing was appended */
function append(files: OpenRunFiles, id: string, entries: readonly LogEntry[]): TrackingError | undefined {
  try {
    const log = files.open(id);
    try {
      log.append(entries);
    } finally {
      log.close();
    }
    return undefined;
  } catch (error) {
    if (error instanceof TrackingError) return error;
    throw error;
  }
}

/** What came while the record was being stored. */
async function lateValues(files: OpenRunFiles, id: string, stored: OpenRunLog): Promise<readonly Problem[]> {
  if ((await files.size(id)) === stored.bytes) return [];
  const now = await files.read(id);
  return foldEntries(now?.value?.entries ?? []).problems.filter(({ code }) => code === 'RUN_LOGGED_AFTER_END');
}

export interface OpenRunInfo {
  readonly id: string;
  readonly kind?: LoggedKind;
  readonly name?: string;
  readonly startedAt?: string;
  /** When something was logged last. */
  readonly loggedAt?: string;
  /** `gone`: the process that began it ended without a word. Unknown where single commands log to it. */
  readonly process?: 'alive' | 'gone';
  /** `false` when its file cannot be read; it can only be dropped. */
  readonly readable: boolean;
}

/** Oldest first. */
export async function listOpenRuns(world: World): Promise<readonly OpenRunInfo[]> {
  const files = openRunFiles(await world.workTree.stateFolder());
  const infos: OpenRunInfo[] = [];
  for (const id of await files.ids()) {
    const log = (await files.read(id))?.value;
    if (log === undefined) {
      infos.push({ id, readable: false });
      continue;
    }
    const { kind, name, startedAt } = log.start;
    const loggedAt = log.entries.findLast((entry) => entry.type === 'metric')?.at;
    const state = stateOf(log);
    infos.push({
      id,
      kind,
      name,
      startedAt,
      ...(typeof loggedAt === 'string' && { loggedAt }),
      ...(state !== undefined && { process: state }),
      readable: true,
    });
  }
  return infos;
}

/** Forgets an open run without storing it. @returns its id */
export async function dropOpenRun(world: World, id: string): Promise<Read<{ readonly id: string }>> {
  const files = openRunFiles(await world.workTree.stateFolder());
  const found = oneOf(await files.ids(), id);
  if (found.value === undefined) return { problems: found.problems };
  await files.remove(found.value);
  return { value: { id: found.value }, problems: [] };
}

function stateOf({ start }: RunLog): 'alive' | 'gone' | undefined {
  const owner = start.process;
  if (owner === undefined || owner.host !== hostname()) return undefined;
  try {
    process.kill(owner.pid, 0);
    return 'alive';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'alive' : 'gone';
  }
}

function oneOf(ids: readonly string[], prefix: string): Read<string> {
  const matches = prefix === '' ? [] : ids.filter((id) => id.startsWith(prefix.toUpperCase()));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return { value: only, problems: [] };
  const ambiguous: Problem = {
    code: 'RUN_AMBIGUOUS',
    severity: 'error',
    message: `${matches.length} open runs begin with "${prefix}".`,
    hint: 'Give more letters.',
  };
  return { problems: [matches.length === 0 ? notOpen(prefix) : ambiguous] };
}

const isoNow = (world: World): string => new Date(world.clock.now()).toISOString();
