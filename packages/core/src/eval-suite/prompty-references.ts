// `${env:NAME}` and `${file:path}` in the front matter of a `.prompty` file. Names of the environment have a value only
// where they are allowed; keys stay names.
import type { EvalPlace } from '../formats/eval-suite.ts';
import { isMap, pathIn, readTextFile, type Reading } from './reading.ts';

const reference = /\$\{(env|file):([^}:]+)(?::([^}]*))?\}/g;

/** Settings that hold keys: who sends them knows their value, nobody else. */
const secrets = new Set(['api_key', 'apiKey', 'key']);

export async function fillPrompty(reading: Reading, value: unknown, file: string): Promise<unknown> {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries())
      items.push(
        typeof item === 'string'
          ? await fillText(reading, item, { file, place: reading.places.value(value, index) })
          : await fillPrompty(reading, item, file),
      );
    reading.places.copy(value, items);
    return items;
  }
  if (!isMap(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const isText = typeof item === 'string' && !secrets.has(key);
    const at = { file, place: reading.places.value(value, key) };
    entries.push([key, isText ? await fillText(reading, item, at) : await fillPrompty(reading, item, file)]);
  }
  const filled = Object.fromEntries(entries);
  reading.places.copy(value, filled);
  return filled;
}

interface At {
  readonly file: string;
  readonly place: EvalPlace | undefined;
}

async function fillText(reading: Reading, written: string, { file, place }: At): Promise<unknown> {
  let text = '';
  let end = 0;
  for (const match of written.matchAll(reference)) {
    const [whole, kind, name = '', fallback] = match;
    const content =
      kind === 'env'
        ? fromEnvironment(reading, { name: name.trim(), fallback, place })
        : await fromFile(reading, name.trim(), { file, place });
    // A setting that is a file of JSON is what stands in the file.
    if (whole === written && kind === 'file' && name.trim().endsWith('.json')) return jsonOf(content);
    text += written.slice(end, match.index) + content;
    end = match.index + whole.length;
  }
  return end === 0 ? written : text + written.slice(end);
}

interface Variable {
  readonly name: string;
  readonly fallback: string | undefined;
  readonly place: EvalPlace | undefined;
}

function fromEnvironment(reading: Reading, { name, fallback, place }: Variable): string {
  const value = Object.hasOwn(reading.environment, name) ? reading.environment[name] : fallback;
  if (value !== undefined) return value;
  reading.say({
    code: 'ENV_NOT_ALLOWED',
    message: `"env:${name}" has no value here: the environment is read by name only.`,
    hint: `Allow it with the input env (env: [${name}] in pawl.yml).`,
    place,
  });
  return '';
}

async function fromFile(reading: Reading, written: string, { file, place }: At): Promise<string> {
  const path = pathIn(reading, file, written, place);
  if (path === undefined) return '';
  return (await readTextFile(reading, path, { role: 'prompt', place })) ?? '';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
