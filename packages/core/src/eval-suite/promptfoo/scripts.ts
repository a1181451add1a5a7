// Users' code where a config takes it: JavaScript written in place, or `file://transform.js:name`, or a file of Python.
import type { EvalPlace, Script, ScriptFile } from '../../formats/eval-suite.ts';
import { pathIn, readScript, type Fields, type Reading } from '../reading.ts';
import { localModules } from './python-modules.ts';

const javascript = /\.(?:js|cjs|mjs|ts|cts|mts)$/;
const foreign = /\.(?:rb|go|sh|bash|pl)$/;

export interface FileReference {
  readonly path: string;
  /** Behind the last colon: `file://tests.js:make`. */
  readonly name?: string;
}

/** The file that `file://…` names, and the function in it; only scripts have one. */
export function referenceOf(written: string): FileReference {
  const bare = written.replace(/^file:\/\//, '');
  const [, path = '', name = ''] = /^(.+\.(?:js|cjs|mjs|ts|cts|mts|py|rb|go)):([\w.$]+)$/.exec(bare) ?? [];
  return path === '' ? { path: bare } : { path, name };
}

export const isJavaScript = (path: string): boolean => javascript.test(path);
export const isPython = (path: string): boolean => path.endsWith('.py');
/** What may have kept it from running. */
export const scriptHint = (path: string): string =>
  isPython(path)
    ? 'Correct it; it runs beside the suite, with a bare environment.'
    : 'Scripts run in a sandbox, without files and network.';
export const isForeignScript = (path: string): boolean => foreign.test(path);

/**
 * The script under a key of a map: its text, or its file read. Nothing to wait for where there is none.
 * @param called the function of a Python file that names none
 */
export function scriptAt(
  reading: Reading,
  fields: Fields,
  key: string,
  called = 'get_transform',
): Promise<Script | undefined> | undefined {
  const written = fields[key];
  return written === undefined || written === null ? undefined : presentScript(reading, { fields, key, called });
}

interface ScriptPlace {
  readonly fields: Fields;
  readonly key: string;
  readonly called: string;
}

async function presentScript(reading: Reading, { fields, key, called }: ScriptPlace): Promise<Script | undefined> {
  const written = fields[key];
  const place = reading.places.value(fields, key);
  if (typeof written !== 'string') {
    reading.say({
      code: 'SCRIPT_INVALID',
      message: `"${key}" is no JavaScript.`,
      hint: 'Give an expression, or file://<file>.js.',
      place,
    });
    return undefined;
  }
  return written.startsWith('file://') ? scriptFile(reading, { written, called }, place) : written;
}

export async function scriptFile(
  reading: Reading,
  { written, called }: { readonly written: string; readonly called: string },
  place: EvalPlace | undefined,
): Promise<ScriptFile | undefined> {
  const { path: relative, name } = referenceOf(written);
  if (isPython(relative)) {
    const path = pathIn(reading, reading.file, relative, place);
    return path === undefined ? undefined : pythonFile(reading, { path, name: name ?? called }, place);
  }
  if (!isJavaScript(relative)) {
    reading.say({
      code: 'SCRIPT_UNSUPPORTED',
      message: `"${written}" is no JavaScript and no Python; other programs are not run.`,
      hint: 'Rewrite it in JavaScript, which runs in a sandbox, or in Python.',
      place,
    });
    return undefined;
  }
  const path = pathIn(reading, reading.file, relative, place);
  return path === undefined ? undefined : readScript(reading, { path, name }, place);
}

/** A Python file with what it imports from the repository. @param name the function that is called */
export async function pythonFile(
  reading: Reading,
  { path, name }: { readonly path: string; readonly name: string },
  place: EvalPlace | undefined,
): Promise<ScriptFile | undefined> {
  if (!mayRunPython(reading, place)) return undefined;
  const known = pythonFiles.get(reading.places) ?? new Map<string, Promise<ScriptFile | undefined>>();
  pythonFiles.set(reading.places, known);
  const read = known.get(path) ?? readPython(reading, path, place);
  known.set(path, read);
  const script = await read;
  return script && { ...script, export: name };
}

/** A check that a thousand cases name is read once. */
const pythonFiles = new WeakMap<Reading['places'], Map<string, Promise<ScriptFile | undefined>>>();

/** Told once, where the suite first names it. */
export function mayRunPython({ allowPython, places, say }: Reading, place: EvalPlace | undefined): boolean {
  if (allowPython || refused.has(places)) return allowPython;
  refused.add(places);
  say({
    code: 'PYTHON_NOT_ALLOWED',
    message: 'The suite runs Python, which nobody has allowed.',
    hint: 'Python runs in no sandbox: it can do whatever you can. Read it, then allow it with the input "allow-python" (--allow-python).',
    place,
  });
  return false;
}

const refused = new WeakSet<Reading['places']>();

async function readPython(
  reading: Reading,
  path: string,
  place: EvalPlace | undefined,
): Promise<ScriptFile | undefined> {
  const script = await readScript(reading, { path }, place);
  if (script === undefined) return undefined;
  const modules = await localModules(reading, path, script.source);
  return { ...script, ...(modules.length > 0 && { modules }) };
}
