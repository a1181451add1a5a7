// Files that stand for a value: what an answer is compared with, and what a judge is told.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { readLocatedYaml } from '../located-yaml.ts';
import { pathIn, readTextFile, type Reading } from '../reading.ts';

/** JSON and YAML as data, everything else as text without the white space around it. */
export async function fileValue(reading: Reading, written: string, place: EvalPlace | undefined): Promise<unknown> {
  const path = pathIn(reading, reading.file, written.replace(/^file:\/\//, ''), place);
  if (path === undefined) return undefined;
  const text = await readTextFile(reading, path, { role: 'suite', place });
  if (text === undefined) return undefined;
  if (!/\.(?:json|ya?ml)$/.test(path)) return asWritten(text.trim());
  const read = readLocatedYaml({ text, file: path }, reading.places, 'SUITE');
  reading.problems.push(...read.problems);
  return read.value?.value;
}

/** What a judge is told; a chat may be given as a list of messages. */
export async function rubricOf(reading: Reading, written: unknown, place: EvalPlace): Promise<unknown> {
  if (written === undefined || written === null) return undefined;
  if (typeof written !== 'string' || !written.startsWith('file://')) return written;
  const path = pathIn(reading, reading.file, written.slice('file://'.length), place);
  if (path === undefined) return undefined;
  if (/\.(?:json|ya?ml)$/.test(path)) return fileValue(reading, written, place);
  return readTextFile(reading, path, { role: 'suite', place });
}

/** Values are templates, the text of a file is none. */
const asWritten = (text: string): string =>
  /\{[{%#]/.test(text) && !text.includes('endraw') ? `{% raw %}${text}{% endraw %}` : text;
