// Files of prompts, by ending: a text file may hold several, a table has one in each row, JSON and YAML are chats.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { isTooDeep } from '../../formats/nesting.ts';
import { parseCsv } from '../csv.ts';
import { readLocatedYaml } from '../located-yaml.ts';
import { isMap, pathIn, readTextFile, type Fields } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { isForeignScript, isJavaScript, isPython, referenceOf } from './scripts.ts';

/** One prompt before it has a place among the others. */
export interface RawPrompt {
  readonly text: string;
  readonly names: readonly string[];
  readonly label?: string;
  readonly config?: Fields;
  readonly place: EvalPlace;
}

interface FileOptions {
  readonly id?: string;
  readonly label?: string;
  readonly config?: Fields;
  readonly place: EvalPlace;
}

export async function promptsOfFile(
  reading: PromptfooReading,
  written: string,
  options: FileOptions,
): Promise<readonly RawPrompt[]> {
  const { path } = referenceOf(written);
  if (isJavaScript(path) || isPython(path) || isForeignScript(path))
    return refuse(reading, `"${path}" is a program that makes prompts.`, options);
  const ending = /\.([a-z0-9]+)$/.exec(path)?.[1] ?? '';
  if (!['txt', 'md', 'j2', 'json', 'jsonl', 'yaml', 'yml', 'csv'].includes(ending))
    return refuse(reading, `"${path}" is no file of prompts.`, options);
  const text = await readTextFile(reading, path, { role: 'prompt', place: options.place });
  if (text === undefined) return [];
  const parts = await partsOf(reading, { ending, text, path });
  if (parts.length === 0) return refuse(reading, `"${path}" holds no prompt.`, options);
  return parts.map((part, index) => rawPrompt(reading, part, { path, options, index, several: parts.length > 1 }));
}

interface Part {
  readonly text: string;
  readonly label?: string;
  readonly line?: number;
}

interface PromptFile {
  readonly ending: string;
  readonly text: string;
  readonly path: string;
}

async function partsOf(reading: PromptfooReading, file: PromptFile): Promise<readonly Part[]> {
  switch (file.ending) {
    case 'txt':
      return textParts(file.text);
    case 'csv':
      return tableParts(file.text);
    case 'jsonl':
      return file.text.split(/\r?\n/).flatMap((line, index) => (line === '' ? [] : [{ text: line, line: index + 1 }]));
    case 'json':
    case 'yaml':
    case 'yml':
      return [{ text: await dataPart(reading, file) }];
    default:
      return [{ text: file.text }];
  }
}

/** Prompts of one file stand between lines of three dashes. */
function textParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  let buffer: string[] = [];
  let start = 1;
  const flush = (next: number): void => {
    const body = buffer.join('\n').trim();
    if (body !== '') parts.push({ text: body, line: start });
    buffer = [];
    start = next;
  };
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '---') flush(index + 2);
    else buffer.push(line);
  }
  flush(lines.length);
  return parts;
}

/** A column `prompt`, and `label` if there is one; without a comma each line is a prompt. */
function tableParts(text: string): readonly Part[] {
  if (!text.includes(',')) {
    const lines = text.split(/\r?\n/).map((line, index) => ({ text: line, line: index + 1 }));
    const filled = lines.filter((line) => line.text.trim() !== '');
    return filled[0]?.text.toLowerCase().trim() === 'prompt' ? filled.slice(1) : filled;
  }
  const [header, ...rows] = parseCsv(text).rows;
  const names = header?.cells.map((cell) => cell.trim()) ?? [];
  return rows.flatMap(({ line, cells }): Part[] => {
    const body = cells[names.indexOf('prompt')]?.trim() ?? '';
    const label = cells[names.indexOf('label')]?.trim() ?? '';
    return body === '' ? [] : [{ text: body, line, ...(label !== '' && { label }) }];
  });
}

/** A chat as data. A file that is none, because of its template's braces, is a text like any other. */
async function dataPart(reading: PromptfooReading, { ending, text, path }: PromptFile): Promise<string> {
  if (ending === 'json') {
    try {
      const value: unknown = JSON.parse(text);
      // As a text it is what it says, too.
      return isTooDeep(value, text) ? text : JSON.stringify(await withFiles(reading, value, path));
    } catch (error) {
      if (error instanceof SyntaxError) return text;
      throw error;
    }
  }
  const read = readLocatedYaml({ text, file: path }, reading.places, 'PROMPT');
  const { value } = read.value ?? {};
  return read.value === undefined || typeof value === 'string'
    ? text
    : JSON.stringify(await withFiles(reading, value, path));
}

/** Texts in a chat that are files: `content: file://system.md`. */
async function withFiles(reading: PromptfooReading, value: unknown, file: string): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => withFiles(reading, item, file)));
  if (isMap(value)) {
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, item]) => [key, await withFiles(reading, item, file)] as const),
    );
    return Object.fromEntries(entries);
  }
  if (typeof value !== 'string' || !value.startsWith('file://')) return value;
  const path = pathIn(reading, reading.file, value.slice('file://'.length), { file });
  if (path === undefined) return value;
  const text = await readTextFile(reading, path, { role: 'prompt', place: { file } });
  if (text === undefined || !/\.(?:json|ya?ml)$/.test(path)) return text;
  return readLocatedYaml({ text, file: path }, reading.places, 'PROMPT').value?.value;
}

interface PartPlace {
  readonly path: string;
  readonly options: FileOptions;
  readonly index: number;
  readonly several: boolean;
}

function rawPrompt(reading: PromptfooReading, part: Part, { path, options, index, several }: PartPlace): RawPrompt {
  const { id, label, config } = options;
  const place = { file: path, line: part.line ?? 1, column: 1 };
  const base = part.label ?? label ?? path.slice(path.lastIndexOf('/') + 1);
  const own = part.label === undefined && several ? `${base} ${index + 1}` : base;
  // promptfoo puts the text behind a label; a filter that names the label alone still fits, by its prefix.
  const names = [
    part.label ?? (label === undefined ? `${path}: ${part.text}` : `${label}: ${part.text}`),
    own,
    id,
    label,
    path,
  ];
  const keepsConfig = !/\.(?:txt|md)$/.test(path);
  return {
    text: reading.fillText(part.text, place),
    names: names.filter((name) => name !== undefined),
    label: own,
    ...(config !== undefined && keepsConfig && { config }),
    place,
  };
}

function refuse(reading: PromptfooReading, message: string, { place }: FileOptions): readonly RawPrompt[] {
  reading.say({
    code: 'PROMPT_UNSUPPORTED',
    message,
    hint: 'Write the prompt as a template: a .txt, .md, .j2, .json, .jsonl, .yaml or .csv file.',
    place,
  });
  return [];
}
