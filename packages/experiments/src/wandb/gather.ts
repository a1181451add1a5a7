// What the records of a W&B log come to, one after the other: config and summary as they stand in the end, every point of the history.
import type { MetricPoint } from '../metric-history.ts';
import { membersOf, readNumber } from '../shape.ts';
import type { WandbItem, WandbRecord } from './decode-record.ts';

export const mostPoints = 1_000_000;

/** What a log says, record after record. */
export interface Told {
  run?: NonNullable<WandbRecord['run']>;
  environment: NonNullable<WandbRecord['environment']>;
  readonly config: Map<string, unknown>;
  readonly summary: Map<string, unknown>;
  readonly points: MetricPoint[];
  readonly files: Set<string>;
  exitCode?: number;
  lastTime?: number;
  dropped: number;
}

export const nothingTold = (): Told => ({
  environment: {},
  config: new Map(),
  summary: new Map(),
  points: [],
  files: new Set(),
  dropped: 0,
});

export function take(record: WandbRecord, told: Told): void {
  if (record.run !== undefined) {
    told.run = { ...told.run, ...record.run };
    setAll(told.config, record.run.config);
  }
  if (record.config !== undefined) {
    setAll(told.config, record.config.update);
    for (const { path } of record.config.remove) told.config.delete(path.join('.'));
  }
  if (record.summary !== undefined) {
    setAll(told.summary, record.summary.update);
    for (const { path } of record.summary.remove) told.summary.delete(path.join('.'));
  }
  if (record.environment !== undefined) told.environment = { ...told.environment, ...record.environment };
  for (const file of record.files ?? []) told.files.add(file);
  if (record.exitCode !== undefined) told.exitCode = record.exitCode;
  if (record.history !== undefined) takeHistory(record.history, told);
}

function takeHistory({ items, step }: NonNullable<WandbRecord['history']>, told: Told): void {
  const own = (name: string): number | undefined => {
    const found = items.find(({ path }) => path.length === 1 && path[0] === name);
    return found === undefined ? undefined : numberOf(valueOf(found.json));
  };
  const seconds = own('_timestamp');
  const time = seconds === undefined || !Number.isFinite(seconds) ? undefined : Math.trunc(seconds * 1000);
  if (time !== undefined) told.lastTime = time;
  const at = step ?? own('_step') ?? 0;
  for (const { path, json } of items) {
    const metric = path.join('.');
    const value = path[0]?.startsWith('_') === true ? undefined : numberOf(valueOf(json));
    if (value === undefined) continue;
    if (told.points.length < mostPoints)
      told.points.push({ metric, value, step: at, ...(time !== undefined && { time }) });
    else told.dropped += 1;
  }
}

/** Leaves of a value by their way, joined with dots. */
function setAll(target: Map<string, unknown>, items: readonly WandbItem[]): void {
  for (const { path, json } of items) {
    if (path[0] === '_wandb') continue;
    setLeaves(target, path.join('.'), valueOf(json), 0);
  }
}

export function setLeaves(target: Map<string, unknown>, name: string, value: unknown, depth: number): void {
  const members = membersOf(value);
  if (members === undefined || depth > 20 || Object.keys(members).length === 0) target.set(name, value);
  else for (const [key, member] of Object.entries(members)) setLeaves(target, `${name}.${key}`, member, depth + 1);
}

/** Python's JSON: NaN and Infinity stand bare. */
function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return readNumber(json) ?? json;
  }
}

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : undefined;
