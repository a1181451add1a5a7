// What somebody says about a run, whichever way it came: flags, a file, or the TypeScript API. Checked once, here.
import type { Problem } from '../formats/problem.ts';
import type { Metric, ParamValue } from '../formats/run.ts';
import type { LoggedKind, RunStatus } from './entry.ts';

export interface LoggedMetric extends Partial<Pick<Metric, 'n' | 'interval' | 'level' | 'direction' | 'unit'>> {
  readonly name: string;
  /** May be NaN or infinite: the record says null then, and the history what it was. */
  readonly value: number;
  readonly step?: number | undefined;
  /** ISO 8601. */
  readonly at?: string | undefined;
}

/** A file whose digest is taken, or something elsewhere that is known by its digest. */
export type LoggedArtifact =
  | { readonly name: string; readonly path: string }
  | { readonly name: string; readonly uri: string; readonly digest: string; readonly bytes?: number };

/** What can be logged about a run at any time while it is open. */
export interface LoggedValues {
  readonly metrics: readonly LoggedMetric[];
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly artifacts: readonly LoggedArtifact[];
  /** Files, folders, globs, `.dvc` files, or addresses with their digest. */
  readonly data: readonly string[];
}

export interface LoggedRun extends LoggedValues {
  readonly kind: LoggedKind;
  readonly name: string;
  readonly status: RunStatus;
  /** ISO 8601; left out, the moment it is logged. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Said by the run itself, over what was found out: versions of packages, the machine. */
  readonly environment?: Readonly<Record<string, string>>;
}

export const nothingLogged: LoggedValues = { metrics: [], params: {}, tags: {}, artifacts: [], data: [] };

/** Longer texts belong in a file, whose digest the run keeps. */
const textLimit = 6000;
const nameLimit = 200;
/** Paths and addresses. */
const placeLimit = 2000;

/** @param where how the user wrote it: `--metric`, `"metrics"` */
export function nameProblem(name: string, where: string): Problem | undefined {
  return problemOf(name, where, nameLimit);
}

/** The same for paths and addresses, and for what is named after one. */
export function placeProblem(place: string, where: string): Problem | undefined {
  return problemOf(place, where, placeLimit);
}

function problemOf(name: string, where: string, limit: number): Problem | undefined {
  const wrong = wrongWith(name, limit);
  if (wrong === undefined) return undefined;
  return {
    code: 'RUN_NAME_INVALID',
    severity: 'error',
    message: `${where}: a name ${wrong}.`,
    hint: `Write 1 to ${limit} characters on one line, without space around them.`,
  };
}

function wrongWith(name: string, limit: number): string | undefined {
  if (name.trim() === '') return 'is missing';
  if (name.length > limit) return `has ${name.length} characters`;
  if (name !== name.trim()) return `has space around it: ${JSON.stringify(name)}`;
  if (/\p{Cc}/u.test(name)) return `holds a control character: ${JSON.stringify(name)}`;
  // JavaScript's own name for something else: an object cannot hold it safely.
  if (name === '__proto__') return 'cannot be "__proto__"';
  return undefined;
}

export function textProblem(name: string, value: ParamValue, where: string): Problem | undefined {
  if (typeof value !== 'string' || value.length <= textLimit) return undefined;
  return {
    code: 'RUN_VALUE_TOO_LONG',
    severity: 'error',
    message: `${where}: "${name}" has ${value.length} characters; the limit is ${textLimit}.`,
    hint: 'Write it to a file and name that as an artifact.',
  };
}

/** What JSON cannot hold becomes its name: a param is compared, never computed with. */
export const plainParam = (value: ParamValue): ParamValue =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** Every mistake in a run's values. Types are asked for too: callers in JavaScript have none. */
export function problemsOfValues(values: LoggedValues): readonly Problem[] {
  const { metrics, params, tags, artifacts, data } = values;
  const named = (kind: string, names: readonly string[]): readonly (Problem | undefined)[] =>
    names.map((name) => nameProblem(name, kind));
  const placed = (kind: string, places: readonly string[]): readonly (Problem | undefined)[] =>
    places.map((place) => placeProblem(place, kind));
  return [
    ...named('metrics', [...new Set(metrics.map(({ name }) => name))]),
    ...named('params', Object.keys(params)),
    ...named('tags', Object.keys(tags)),
    ...placed(
      'artifacts',
      artifacts.flatMap((one) => ('path' in one ? [one.name, one.path] : [one.name, one.uri])),
    ),
    ...placed('data', data),
    ...metrics.map(({ name, value }) => (typeof value === 'number' ? undefined : noValue('metrics', name, 'number'))),
    ...metrics.map(({ name, step }) =>
      step === undefined || Number.isFinite(step) ? undefined : noValue('the step of metrics', name, 'finite number'),
    ),
    ...Object.entries(params).map(([name, value]) =>
      value === null || ['string', 'number', 'boolean'].includes(typeof value)
        ? textProblem(name, value, 'params')
        : noValue('params', name, 'text, number, boolean or null'),
    ),
    ...Object.entries(tags).map(([name, value]) =>
      typeof value === 'string' ? textProblem(name, value, 'tags') : noValue('tags', name, 'text'),
    ),
  ].filter((problem) => problem !== undefined);
}

const noValue = (where: string, name: string, wanted: string): Problem => ({
  code: 'RUN_VALUE_INVALID',
  severity: 'error',
  message: `${where}: "${name}" has no value that can be kept.`,
  hint: `Give a ${wanted}.`,
});
