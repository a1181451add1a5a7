// A whole run in one call: what flags, a drop file or the TypeScript API say, captured, recorded and stored.
import { stat } from 'node:fs/promises';
import { isExpected, makeUlid, type Problem, type Read, type Receipt } from '@pawl/core';
import { nameProblem, readRunDrop, recordRun, runDropPath, type LoggedRun } from '@pawl/core/tracking';
import type { World } from '@pawl/wiring';
import { entriesOf } from './entries.ts';
import { sha256 } from './sha256.ts';
import { startRecord, type Capture } from './start-record.ts';

export interface Logged {
  readonly id: string;
  /** Absent when the same run had been logged before, and nothing was left to do. */
  readonly receipt?: Receipt;
  /** Warnings: what the record does not hold as it was said. */
  readonly problems: readonly Problem[];
}

/** @throws StoreError when the record cannot be stored; a remote that is away is no error: the receipt says `spool` */
export async function logOnce(
  world: World,
  run: LoggedRun,
  capture: Capture & { readonly id?: string },
): Promise<Read<Logged>> {
  const now = new Date(world.clock.now()).toISOString();
  const startedAt = run.startedAt ?? run.endedAt ?? now;
  const wrong = nameProblem(run.name, 'name') ?? inTheFuture(startedAt, world);
  if (wrong !== undefined) return { problems: [wrong] };
  const id = capture.id ?? (run.startedAt === undefined ? world.ids.next() : idAt(startedAt, world.ids.next()));
  const entries = await entriesOf(world, run, run.endedAt ?? now);
  if (entries.value === undefined) return { problems: entries.problems };
  const { kind, name, status, environment } = run;
  const request = { kind, name, id, startedAt, ...(environment !== undefined && { environment }) };
  const { start, problems } = await startRecord(world, request, capture);
  const end = { type: 'end', status, at: run.endedAt ?? now } as const;
  const recorded = recordRun({ start, entries: [...entries.value, end] }, sha256);
  const receipt = await world.store.add({ runs: [recorded.stored], operations: [] });
  const all = [...entries.problems, ...problems, ...recorded.problems];
  return { value: { id, receipt, problems: all }, problems: all };
}

/**
 * Logs a `.pawl/run.json`. The run's id comes from the file's content and time, so that logging the same file twice
 * gives one run.
 */
export async function logDrop(world: World, capture: Capture, path: string = runDropPath): Promise<Read<Logged>> {
  const text = await world.workspace.readText(path);
  if (text === undefined) return { problems: [noDrop(path)] };
  const drop = readRunDrop({ text, file: path }, isoTime);
  if (drop.value === undefined) return { problems: drop.problems };
  const written = (await stat(await world.workspace.resolve(path))).mtimeMs;
  const startedAt = drop.value.startedAt ?? drop.value.endedAt ?? new Date(Math.floor(written)).toISOString();
  const id = makeUlid(Date.parse(startedAt), Buffer.from(sha256(text).slice(7, 27), 'hex'));
  if (await isStored(world, id)) return { value: { id, problems: drop.problems }, problems: drop.problems };
  const logged = await logOnce(world, { ...drop.value, startedAt }, { ...capture, id });
  return { ...logged, problems: [...drop.problems, ...logged.problems] };
}

/** A store that cannot be asked is no reason not to log: the same run in two bundles is folded into one. */
async function isStored(world: World, id: string): Promise<boolean> {
  try {
    return (await world.store.read(id)) !== undefined;
  } catch (error) {
    if (isExpected(error)) return false;
    throw error;
  }
}

/** ISO 8601 in UTC; undefined when it is no time. */
export function isoTime(time: string | number): string | undefined {
  const date = new Date(typeof time === 'number' ? time * 1000 : time);
  return Number.isNaN(date.getTime()) || date.getTime() < 0 ? undefined : date.toISOString();
}

const idAt = (startedAt: string, random: string): string =>
  makeUlid(Date.parse(startedAt), new Uint8Array(10)).slice(0, 10) + random.slice(10);

const day = 86_400_000;

/** Lists show the newest first: such a run would stand above all that come. */
const inTheFuture = (startedAt: string, world: World): Problem | undefined =>
  Date.parse(startedAt) <= world.clock.now() + day
    ? undefined
    : {
        code: 'RUN_IN_THE_FUTURE',
        severity: 'error',
        message: `The run started at ${startedAt}, which is more than a day from now.`,
        hint: 'Write seconds since 1970 (not milliseconds), or ISO 8601; or leave "startedAt" out.',
      };

const noDrop = (path: string): Problem => ({
  code: 'RUN_DROP_MISSING',
  severity: 'error',
  message: `There is no ${path} to log.`,
  hint: 'Name a run (`pawl run log --name NAME --metric f1=0.9`), or write that file; docs/run-json.md shows how.',
});
