// `python:answer.py:ask` and `file://answer.py:ask`: a provider that is a program of the repository.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { isMap, pathIn, readTextFile, type Fields } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import type { Kind, KindRequest } from './provider-kinds.ts';
import { isForeignScript, isJavaScript, isPython, pythonFile, referenceOf } from './scripts.ts';
import { fileValue } from './values.ts';

/** @param written path and function, with `file://` before them or without */
export async function pythonKind(
  reading: PromptfooReading,
  written: string,
  { id, config, environment, place }: KindRequest,
): Promise<Kind | undefined> {
  const { path: relative, name } = referenceOf(written);
  if (!isPython(relative)) {
    reading.say({
      code: 'PROVIDER_UNSUPPORTED',
      message: `The provider "${id}" names no Python file.`,
      hint: 'Write python:<file>.py, or python:<file>.py:<function>.',
      place,
    });
    return undefined;
  }
  const path = pathIn(reading, reading.file, relative, place);
  if (path === undefined) return undefined;
  const script = await pythonFile(reading, { path, name: name ?? 'call_api' }, place);
  if (script === undefined) return undefined;
  const { env: own, ...settings } = config;
  const filled = await withFiles(reading, settings);
  return { kind: 'python', config: { script, env: isMap(own) ? own : environment, settings: filled } };
}

/** Settings that lie in files: `prices: file://prices.yaml`. */
async function withFiles(reading: PromptfooReading, fields: Fields): Promise<Fields> {
  const filled: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    const place = reading.places.value(fields, key);
    if (isMap(value)) filled[key] = await withFiles(reading, value);
    else if (typeof value !== 'string' || !value.startsWith('file://')) filled[key] = value;
    else if (isCode(value))
      reading.say({
        code: 'PROVIDER_UNSUPPORTED',
        message: `"${key}" is made by a program.`,
        hint: 'Keep what it makes in a .yaml or .json file.',
        place,
      });
    else filled[key] = await contentOf(reading, value, place);
  }
  return filled;
}

/** Data as data, every other text as it stands. */
async function contentOf(reading: PromptfooReading, written: string, place: EvalPlace | undefined): Promise<unknown> {
  if (/\.(?:json|ya?ml)$/.test(written)) return fileValue(reading, written, place);
  const path = pathIn(reading, reading.file, written.slice('file://'.length), place);
  return path === undefined ? undefined : readTextFile(reading, path, { role: 'suite', place });
}

function isCode(written: string): boolean {
  const { path } = referenceOf(written);
  return isJavaScript(path) || isPython(path) || isForeignScript(path);
}
