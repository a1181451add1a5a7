// Users' JavaScript where a config takes it: written in place, or `file://transform.js:name`.
import type { EvalPlace, Script, ScriptFile } from '../../formats/eval-suite.ts';
import { pathIn, readScript, type Fields, type Reading } from '../reading.ts';

const javascript = /\.(?:js|cjs|mjs|ts|cts|mts)$/;
const foreign = /\.(?:py|rb|go|sh|bash|pl)$/;

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
export const isForeignScript = (path: string): boolean => foreign.test(path);

/** The script under a key of a map: its text, or its file read. Nothing to wait for where there is none. */
export function scriptAt(reading: Reading, fields: Fields, key: string): Promise<Script | undefined> | undefined {
  const written = fields[key];
  return written === undefined || written === null ? undefined : presentScript(reading, fields, key);
}

async function presentScript(reading: Reading, fields: Fields, key: string): Promise<Script | undefined> {
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
  return written.startsWith('file://') ? scriptFile(reading, written, place) : written;
}

export async function scriptFile(
  reading: Reading,
  written: string,
  place: EvalPlace | undefined,
): Promise<ScriptFile | undefined> {
  const { path: relative, name } = referenceOf(written);
  if (!isJavaScript(relative)) {
    reading.say({
      code: 'SCRIPT_UNSUPPORTED',
      message: `"${written}" is no JavaScript; other programs are not run.`,
      hint: 'Rewrite it in JavaScript: it runs in a sandbox, without files and network.',
      place,
    });
    return undefined;
  }
  const path = pathIn(reading, reading.file, relative, place);
  return path === undefined ? undefined : readScript(reading, { path, name }, place);
}
