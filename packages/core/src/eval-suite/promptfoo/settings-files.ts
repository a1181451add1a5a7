// Settings of a provider that lie in files of their own.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { isMap, pathIn, readTextFile, type Fields } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { isForeignScript, isJavaScript, isPython, referenceOf } from './scripts.ts';
import { fileValue } from './values.ts';

/**
 * Settings with what lies in files put in: `prices: file://prices.yaml`.
 * @param keys which of them may; all unless given
 */
export async function withFiles(
  reading: PromptfooReading,
  fields: Fields,
  keys: readonly string[] = Object.keys(fields),
): Promise<Fields> {
  const filled: Record<string, unknown> = { ...fields };
  for (const key of keys) {
    const value = fields[key];
    const place = reading.places.value(fields, key);
    if (isMap(value)) filled[key] = await withFiles(reading, value);
    else if (typeof value !== 'string' || !value.startsWith('file://')) continue;
    else if (isCode(value)) {
      filled[key] = undefined;
      reading.say({
        code: 'PROVIDER_UNSUPPORTED',
        message: `"${key}" is made by a program.`,
        hint: 'Keep what it makes in a .yaml or .json file.',
        place,
      });
    } else filled[key] = await contentOf(reading, value, place);
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
