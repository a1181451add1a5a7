// Files that stand for a value: what an answer is compared with, and what a judge is told.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { readLocatedYaml } from '../located-yaml.ts';
import { isMap, pathIn, readScript, readTextFile, type Reading } from '../reading.ts';
import { isForeignScript, isJavaScript, isPython, referenceOf, scriptHint, type FileReference } from './scripts.ts';

const inText = 'Keep what it gives in a .txt, .json or .yaml file.';

/**
 * JSON and YAML as data, everything else as text without the white space around it.
 * @param hint what to do with a program, which is no value
 */
export async function fileValue(
  reading: Reading,
  written: string,
  place: EvalPlace | undefined,
  hint = inText,
): Promise<unknown> {
  const reference = referenceOf(written);
  if (isProgram(reference)) {
    const message = `"${reference.path}" is a program, and its text is no value.`;
    reading.say({ code: 'SCRIPT_UNSUPPORTED', message, hint, place });
    return undefined;
  }
  const path = pathIn(reading, reading.file, written.replace(/^file:\/\//, ''), place);
  if (path === undefined) return undefined;
  const text = await readTextFile(reading, path, { role: 'suite', place });
  if (text === undefined) return undefined;
  if (!/\.(?:json|ya?ml)$/.test(path)) return asWritten(text.trim());
  const read = readLocatedYaml({ text, file: path }, reading.places, 'SUITE');
  reading.problems.push(...read.problems);
  return read.value?.value;
}

/** A list of such values; a program makes all of them, or none. */
export async function listedValues(
  reading: Reading,
  written: readonly unknown[],
  place: EvalPlace | undefined,
): Promise<readonly unknown[]> {
  const hint = `Let a program give the whole list, as "value: file://…"; or else: ${inText.charAt(0).toLowerCase()}${inText.slice(1)}`;
  const items: unknown[] = [];
  for (const [index, item] of written.entries()) {
    const at = reading.places.value(written, index) ?? place;
    items.push(isFile(item) ? await fileValue(reading, item, at, hint) : item);
  }
  return items;
}

/** What a judge is told; a chat may be given as a list of messages, and what has two prompts as a list or a map of them. */
export async function rubricOf(reading: Reading, written: unknown, place: EvalPlace): Promise<unknown> {
  if (written === undefined || written === null) return undefined;
  if (isFile(written)) return rubricFile(reading, written, place);
  if (!hasFile(written)) return written;
  if (Array.isArray(written)) {
    const items: unknown[] = [];
    for (const [index, item] of (written as readonly unknown[]).entries())
      items.push(await rubricOf(reading, item, reading.places.value(written, index) ?? place));
    return items;
  }
  const fields: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(written as object))
    fields[name] = await rubricOf(reading, item, reading.places.value(written, name) ?? place);
  return fields;
}

/** Options of a thousand cases name the same file. */
const rubrics = new WeakMap<Reading['places'], Map<string, Promise<unknown>>>();

function rubricFile(reading: Reading, written: string, place: EvalPlace): Promise<unknown> {
  const known = rubrics.get(reading.places) ?? new Map<string, Promise<unknown>>();
  rubrics.set(reading.places, known);
  const read = known.get(written) ?? readRubric(reading, written, place);
  known.set(written, read);
  return read;
}

async function readRubric(reading: Reading, written: string, place: EvalPlace): Promise<unknown> {
  const { path: relative, name } = referenceOf(written);
  const path = pathIn(reading, reading.file, relative, place);
  if (path === undefined) return undefined;
  if (isJavaScript(path)) return rubricByScript(reading, { path, name }, place);
  if (isProgram({ path })) {
    const message = `"${path}" is a program, and none but JavaScript makes a rubric prompt.`;
    // promptfoo sends the judge the program's own text.
    reading.say({ code: 'SCRIPT_UNSUPPORTED', message, hint: inText, place });
    return undefined;
  }
  if (/\.(?:json|ya?ml)$/.test(path)) return fileValue(reading, written, place);
  return readTextFile(reading, path, { role: 'suite', place });
}

interface MadeBy {
  readonly path: string;
  readonly name: string | undefined;
}

/** A function that is given nothing, and gives a template or a chat of templates. */
async function rubricByScript(reading: Reading, { path, name }: MadeBy, place: EvalPlace): Promise<unknown> {
  const refuse = (message: string, hint: string): undefined => {
    reading.say({ code: 'SCRIPT_UNSUPPORTED', message, hint, place });
  };
  if (reading.scripts === undefined)
    return refuse(`"${path}" makes a rubric prompt, and no scripts are run here.`, inText);
  const script = await readScript(reading, { path, name }, place);
  if (script === undefined) return undefined;
  const { kind: _kind, ...module } = { ...script, args: [] };
  const result = await reading.scripts.run({ code: '', variables: {}, module });
  if ('failure' in result) return refuse(`"${path}" failed: ${result.failure}.`, scriptHint(path));
  const { value } = result;
  if ((typeof value === 'string' && value.trim() !== '') || (typeof value === 'object' && value !== null)) return value;
  return refuse(`"${path}" gave no rubric prompt.`, 'Return a text, or a list of messages.');
}

const isProgram = ({ path }: FileReference): boolean => isJavaScript(path) || isPython(path) || isForeignScript(path);

const isFile = (value: unknown): value is string => typeof value === 'string' && value.startsWith('file://');

const hasFile = (value: unknown): boolean =>
  isFile(value) || (Array.isArray(value) ? value.some(hasFile) : isMap(value) && Object.values(value).some(hasFile));

/** Values are templates, the text of a file is none. */
const asWritten = (text: string): string =>
  /\{[{%#]/.test(text) && !text.includes('endraw') ? `{% raw %}${text}{% endraw %}` : text;
