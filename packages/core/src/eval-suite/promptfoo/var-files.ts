// `file://` among a case's variables: the file's text, a table's or picture's encoding, or what a script gives.
import type { Awaitable } from '../../formats/awaitable.ts';
import { base64Of } from '../../formats/base64.ts';
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { imageTypeOf } from '../image-type.ts';
import { hasValue, isMap, pathIn, readBytes, readScript, readTextFile, readYamlFile, type Fields } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { isForeignScript, isJavaScript, isPython, pythonFile, referenceOf, scriptHint } from './scripts.ts';

export interface VarFiles {
  /** The variables with their files read; undefined, and a problem, where one cannot be. */
  load(vars: Fields, place: EvalPlace, from: Fields): Awaitable<Fields | undefined>;
}

/** @param prompt the only prompt of the suite, which scripts are told; undefined when there are several */
export function varFiles(reading: PromptfooReading, prompt: string | undefined): VarFiles {
  const known = new Map<string, Promise<unknown>>();
  const loadOne = async (name: string, written: string, { vars, place }: { vars: Fields; place: EvalPlace }) => {
    const isAbsolute = written.startsWith('file:///');
    const { path: relative, name: called } = referenceOf(isAbsolute ? written.slice('file:///'.length) : written);
    const path = pathIn(reading, isAbsolute ? '' : reading.file, relative, place);
    if (path === undefined) return undefined;
    if (isJavaScript(path) || isPython(path)) return byScript(reading, { path, called, name, vars, prompt, place });
    const earlier = known.get(path) ?? contentOf(reading, path, place);
    known.set(path, earlier);
    return earlier;
  };
  const loadAll = async (vars: Fields, place: EvalPlace, from: Fields): Promise<Fields | undefined> => {
    const files = Object.entries(vars).filter((entry): entry is [string, string] => isFile(entry[1]));
    const loaded: Record<string, unknown> = { ...vars };
    for (const [name, written] of files) {
      const content = await loadOne(name, written, { vars: loaded, place: reading.places.value(from, name) ?? place });
      if (content === undefined) return undefined;
      loaded[name] = content;
    }
    return loaded;
  };
  return { load: (vars, place, from) => (hasValue(vars, isFile) ? loadAll(vars, place, from) : vars) };
}

const isFile = (value: unknown): boolean => typeof value === 'string' && value.startsWith('file://');

async function contentOf(reading: PromptfooReading, path: string, place: EvalPlace): Promise<unknown> {
  const refuse = (message: string, hint: string): undefined => {
    reading.say({ code: 'VARIABLE_UNSUPPORTED', message, hint, place });
  };
  if (isForeignScript(path)) return refuse(`"${path}" is a program.`, 'Keep what it gives in a text file.');
  if (path.endsWith('.pdf')) return refuse(`"${path}" is a PDF.`, 'Keep its text beside it, as .txt.');
  if (/\.(?:mp3|wav|ogg|flac|m4a|mp4|webm|mov|avi|mkv)$/i.test(path))
    return refuse(`"${path}" is sound or film.`, 'Only texts and pictures are sent.');
  const image = imageTypeOf(path);
  if (image !== undefined) {
    const bytes = await readBytes(reading, path, { role: 'data', place });
    return bytes === undefined ? undefined : `data:${image};base64,${base64Of(bytes)}`;
  }
  if (/\.ya?ml$/.test(path)) {
    const read = await readYamlFile(reading, path, { role: 'data', place });
    return read === undefined ? undefined : JSON.stringify(read.value);
  }
  return (await readTextFile(reading, path, { role: 'data', place }))?.trim();
}

interface ScriptedVar {
  readonly path: string;
  readonly called: string | undefined;
  readonly name: string;
  readonly vars: Fields;
  readonly prompt: string | undefined;
  readonly place: EvalPlace;
}

async function byScript(reading: PromptfooReading, request: ScriptedVar): Promise<unknown> {
  const { path, called, name, vars, prompt, place } = request;
  const refuse = (message: string, hint: string): undefined => {
    reading.say({ code: 'VARIABLE_UNSUPPORTED', message, hint, place });
  };
  if (reading.scripts === undefined)
    return refuse(`"${path}" is a script, and no scripts are run here.`, 'Keep what it gives in a text file.');
  if (prompt === undefined)
    return refuse(
      `"${path}" is a script, which is told the prompt, and there are several.`,
      'Keep what it gives in a text file.',
    );
  const python = isPython(path);
  const script = python
    ? await pythonFile(reading, { path, name: called ?? 'get_var' }, place)
    : await readScript(reading, { path, name: called }, place);
  if (script === undefined) return undefined;
  const { kind: _kind, ...module } = { ...script, args: [name, prompt, vars, ...(python ? [] : [{}])] };
  const result = await reading.scripts.run({ code: '', variables: {}, module });
  if ('failure' in result) return refuse(`"${path}" failed: ${result.failure}.`, scriptHint(path));
  const given = isMap(result.value) ? result.value : {};
  if (typeof given['error'] === 'string') return refuse(`"${path}" failed: ${given['error']}`, 'Correct the script.');
  if (python && typeof given['output'] === 'string' && given['output'] !== '') return given['output'].trim();
  if (python) return refuse(`"${path}" gave no {"output": text}.`, 'Return a dict with a text that is not empty.');
  return given['output'] ?? refuse(`"${path}" gave no {output}.`, 'Return {output: text}.');
}
