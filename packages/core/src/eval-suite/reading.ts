// What readers of suites share while they read: the files of the workspace, what was found wrong, and where things stand.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { EvalPlace, ScriptFile } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import type { RunInput } from '../formats/run.ts';
import type { ScriptRunner } from '../ports/script-runner.ts';
import type { Workspace } from '../ports/workspace.ts';
import { makePlaces, readLocatedYaml, type LocatedYaml, type Places } from './located-yaml.ts';

export { fieldText } from '../template/braces.ts';

/** Reading needs no more of the workspace: a commit can stand in for it. */
export type SuiteFiles = Pick<Workspace, 'read' | 'readText' | 'list' | 'fingerprint'>;

export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly place?: EvalPlace | undefined;
  readonly severity?: 'error' | 'warning';
}

export interface Reading {
  /** The suite's file. */
  readonly file: string;
  readonly files: SuiteFiles;
  readonly scripts?: ScriptRunner;
  /** What `{{env.NAME}}` may be: the names that the user allowed, with their values. */
  readonly environment: Readonly<Record<string, string>>;
  readonly allowPython: boolean;
  readonly places: Places;
  readonly problems: Problem[];
  readonly inputs: Map<string, RunInput>;
  say(complaint: Complaint): void;
}

export interface ReadingRequest {
  readonly file: string;
  readonly files: SuiteFiles;
  readonly scripts?: ScriptRunner;
  readonly environment?: Readonly<Record<string, string>>;
  /** Python runs with the user's rights, in no sandbox: only where somebody said so. */
  readonly allowPython?: boolean;
}

export function startReading(request: ReadingRequest): Reading {
  const { file, files, scripts, environment = {}, allowPython = false } = request;
  const problems: Problem[] = [];
  const told = new Set<string>();
  return {
    file,
    files,
    ...(scripts !== undefined && { scripts }),
    environment,
    allowPython,
    places: makePlaces(),
    problems,
    inputs: new Map(),
    say: ({ code, message, hint, place = { file }, severity = 'error' }) => {
      const problem: Problem = { code, severity, message, hint, ...place };
      // A default that every case shares is wrong once, and not once for each case.
      const key = JSON.stringify(problem);
      if (told.has(key)) return;
      told.add(key);
      problems.push(problem);
    },
  };
}

export const fromRoot = 'Give its path from the root of the repository.';

/** A path that is written in `from`, or from the root when that is empty, from the root of the workspace; undefined, and a problem, when it leads outside. */
export function pathIn(reading: Reading, from: string, written: string, place?: EvalPlace): string | undefined {
  const steps = from.includes('/') ? from.slice(0, from.lastIndexOf('/')).split('/') : [];
  const outside = (): undefined => {
    reading.say({
      code: 'PATH_OUTSIDE',
      message: `"${written}" leads out of the workspace.`,
      hint:
        from === ''
          ? fromRoot
          : 'Give a path inside the repository, relative to this file; run from a folder, Pawl sees that folder alone.',
      place,
    });
  };
  if (written.startsWith('/') || written.startsWith('~') || /^[A-Za-z]:[\\/]/.test(written)) return outside();
  for (const step of written.replaceAll('\\', '/').split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return outside();
  }
  return steps.join('/');
}

export type InputRole = RunInput['role'];

/** Where a file is named, and what to do when there is none. */
export interface Named {
  readonly place?: EvalPlace | undefined;
  readonly hint?: string | undefined;
}

/** The text of a file; undefined, and a problem at `place`, when there is none. */
export async function readTextFile(
  reading: Reading,
  path: string,
  { role, ...named }: Named & { readonly role: InputRole },
): Promise<string | undefined> {
  const text = await readable(reading, path, named, () => reading.files.readText(path));
  if (text === undefined) return undefined;
  await noteInput(reading, path, role);
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

export async function readBytes(
  reading: Reading,
  path: string,
  { role, ...named }: Named & { readonly role: InputRole },
): Promise<Uint8Array | undefined> {
  const bytes = await readable(reading, path, named, () => reading.files.read(path));
  if (bytes !== undefined) await noteInput(reading, path, role);
  return bytes;
}

async function readable<T>(
  reading: Reading,
  path: string,
  { place, hint = 'Paths are relative to the file they are written in.' }: Named,
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    const found = await read();
    if (found !== undefined) return found;
    reading.say({
      code: 'FILE_MISSING',
      message: `There is no file "${path}".`,
      hint,
      place,
    });
  } catch (error) {
    reading.say({
      code: 'FILE_UNREADABLE',
      message: `"${path}" could not be read: ${(error as Error).message}.`.replace('..', '.'),
      hint: 'Check that it is a file inside the repository, and no link that leads out of it.',
      place,
    });
  }
  return undefined;
}

export async function noteInput(reading: Reading, path: string, role: InputRole): Promise<void> {
  if (reading.inputs.has(path)) return;
  const fingerprint = await reading.files.fingerprint(path);
  if (fingerprint !== undefined) reading.inputs.set(path, { role, path, ...fingerprint });
}

/** A YAML or JSON file of the workspace. */
export async function readYamlFile(
  reading: Reading,
  path: string,
  { role, place }: { readonly role: InputRole; readonly place?: EvalPlace | undefined },
): Promise<LocatedYaml | undefined> {
  const text = await readTextFile(reading, path, { role, place });
  if (text === undefined) return undefined;
  const read = readLocatedYaml({ text, file: path }, reading.places, 'SUITE');
  reading.problems.push(...read.problems);
  return read.value;
}

export async function readScript(
  reading: Reading,
  { path, name }: { readonly path: string; readonly name?: string | undefined },
  place?: EvalPlace,
): Promise<ScriptFile | undefined> {
  const source = await readTextFile(reading, path, { role: 'suite', place });
  if (source === undefined) return undefined;
  return { kind: 'script-file', source, file: path, ...(name !== undefined && { export: name }) };
}

/** Paths that match, sorted; undefined, and a problem, when none does. */
export async function matching(
  reading: Reading,
  glob: string,
  place?: EvalPlace,
): Promise<readonly string[] | undefined> {
  const paths = await reading.files.list(glob);
  if (paths.length > 0) return paths;
  reading.say({
    code: 'FILE_MISSING',
    message: `No file matches "${glob}".`,
    hint: 'Paths are relative to the file they are written in.',
    place,
  });
  return undefined;
}

export const isGlob = (path: string): boolean =>
  /[*?[\]]|\{[^{}]*[,.][^{}]*\}/.test(path.replaceAll(/\{\{.*?\}\}/g, ''));

export type Fields = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether some value of a map is such; without a list of them, since it is asked of every case. */
export function hasValue(fields: Fields, is: (value: unknown) => boolean): boolean {
  for (const name in fields) if (is(fields[name])) return true;
  return false;
}

export interface KnownKeys {
  readonly known: readonly string[];
  /** Whose keys they are: "a test". */
  readonly what: string;
  /** What to do with keys that are known in another place. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/** Tells every key of a map that is not known there, with what was probably meant. */
export function checkKeys(reading: Reading, map: Fields, { known, what, elsewhere = {} }: KnownKeys): void {
  for (const key of Object.keys(map)) {
    if (known.includes(key)) continue;
    const meant = didYouMean(key, known);
    reading.say({
      code: 'SUITE_UNKNOWN_KEY',
      message: `Unknown key "${key}" in ${what}.`,
      hint: Object.hasOwn(elsewhere, key)
        ? (elsewhere[key] as string)
        : meant.charAt(0).toUpperCase() + meant.slice(1) + (meant.endsWith('?') ? '' : '.'),
      place: reading.places.key(map, key),
    });
  }
}

/** A member of the type that is asked for; a problem when it is another. */
export function member<T>(
  reading: Reading,
  map: Fields,
  key: string,
  type: { readonly is: (value: unknown) => value is T; readonly named: string },
): T | undefined {
  const value = map[key];
  if (value === undefined || value === null) return undefined;
  if (type.is(value)) return value;
  reading.say({
    code: 'SUITE_INVALID',
    message: `"${key}" is no ${type.named}.`,
    hint: `Give a ${type.named}.`,
    place: reading.places.value(map, key),
  });
  return undefined;
}

export const text = { is: (value: unknown): value is string => typeof value === 'string', named: 'text' };
export const number = {
  is: (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value),
  named: 'number',
};
export const flag = { is: (value: unknown): value is boolean => typeof value === 'boolean', named: 'true or false' };
export const map = { is: isMap, named: 'map' };
export const list = { is: (value: unknown): value is readonly unknown[] => Array.isArray(value), named: 'list' };
