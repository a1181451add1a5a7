// `prompts` of a config: texts, files, globs, and maps with a label. Each becomes one text; what it is filled with, and
// whether it is a chat, is the renderer's to find out.
import type { EvalPlace, EvalPrompt } from '../../formats/eval-suite.ts';
import { isGlob, isMap, checkKeys, member, pathIn, text, map, type Fields } from '../reading.ts';
import { promptsOfFile, type RawPrompt } from './prompt-files.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';

export interface ReadPrompt {
  readonly prompt: EvalPrompt;
  /** What filters may call it: its label as promptfoo makes it, and its id. */
  readonly names: readonly string[];
}

const promptKeys = ['id', 'label', 'raw', 'config', 'display', 'template'];

const hosted = /^(langfuse|portkey|helicone):\/\//;
const fileEnding =
  /\.(?:txt|md|j2|json|jsonl|ya?ml|csv|js|cjs|mjs|ts|cts|mts|py|rb|sh|bash|exe|bat|cmd|ps1|pl|go)(?::[\w.$]+)?$/;

export async function readPrompts(
  reading: PromptfooReading,
  written: unknown,
  place?: EvalPlace,
): Promise<ReadPrompt[]> {
  const found: RawPrompt[] = [];
  for (const item of itemsOf(reading, written, place)) found.push(...(await readItem(reading, item)));
  return labelled(found);
}

interface WrittenPrompt {
  readonly raw: string;
  readonly id?: string;
  readonly label?: string;
  readonly config?: Fields;
  readonly place: EvalPlace;
}

function itemsOf(
  reading: PromptfooReading,
  written: unknown,
  place: EvalPlace = { file: reading.file },
): WrittenPrompt[] {
  if (typeof written === 'string') return [{ raw: written, place }];
  if (isMap(written))
    return Object.entries(written).map(([raw, label]) => ({
      raw,
      label: String(label),
      place: reading.places.key(written, raw) ?? place,
    }));
  const items: readonly unknown[] = Array.isArray(written) ? written : [];
  if (items.length === 0)
    reading.say({
      code: 'PROMPT_INVALID',
      message: 'There is no prompt.',
      hint: 'Give texts or files under "prompts".',
      place,
    });
  const seen = new Set<string>();
  return items.flatMap((item, index): WrittenPrompt[] => {
    const at = reading.places.value(items, index) ?? place;
    if (typeof item === 'string') {
      // The same text twice is one column, as in promptfoo.
      if (seen.has(item)) return [];
      seen.add(item);
      return [{ raw: item, place: at }];
    }
    const one = isMap(item) ? ofMap(reading, item, at) : undefined;
    if (one === undefined)
      reading.say({
        code: 'PROMPT_INVALID',
        message: 'This is no prompt.',
        hint: 'Give a text, a file, or a map with "raw" or "id".',
        place: at,
      });
    return one === undefined ? [] : [one];
  });
}

function ofMap(reading: PromptfooReading, item: Fields, place: EvalPlace): WrittenPrompt | undefined {
  checkKeys(reading, item, { known: promptKeys, what: 'a prompt' });
  const id = member(reading, item, 'id', text);
  const raw = member(reading, item, 'raw', text) ?? id;
  const label = member(reading, item, 'label', text);
  const config = member(reading, item, 'config', map);
  if (raw === undefined) return undefined;
  return {
    raw,
    ...(id !== undefined && { id }),
    ...(label !== undefined && { label }),
    ...(config !== undefined && { config }),
    place,
  };
}

async function readItem(reading: PromptfooReading, item: WrittenPrompt): Promise<readonly RawPrompt[]> {
  const { raw, place } = item;
  const service = hosted.exec(raw)?.[1];
  if (service !== undefined) {
    reading.say({
      code: 'PROMPT_UNSUPPORTED',
      message: `"${raw}" lies with ${service}.`,
      hint: 'Keep the prompt in the repository, where its history is: pawl prompt pull writes it there.',
      place,
    });
    return [];
  }
  if (raw.startsWith('exec:')) return program(reading, raw, place);
  const named = raw.startsWith('file://');
  const inline = !named && (raw.includes('\n') || !(fileEnding.test(raw) || isGlob(raw)));
  if (inline) return [inlinePrompt(reading, item)];
  const path = pathIn(reading, reading.file, raw.replace(/^file:\/\//, ''), place);
  if (path === undefined) return [];
  if (isGlob(path)) {
    const paths = await reading.files.list(path);
    // A question mark is a glob, and most often just a question.
    if (paths.length === 0 && !named) return [inlinePrompt(reading, item)];
    if (paths.length === 0) missing(reading, raw, place);
    const found: RawPrompt[] = [];
    for (const each of paths) found.push(...(await promptsOfFile(reading, each, { place })));
    return found;
  }
  return promptsOfFile(reading, path, item);
}

const missing = (reading: PromptfooReading, raw: string, place: EvalPlace): void =>
  reading.say({
    code: 'FILE_MISSING',
    message: `No file matches "${raw}".`,
    hint: 'Paths are relative to the config.',
    place,
  });

function inlinePrompt(reading: PromptfooReading, { raw, id, label, config, place }: WrittenPrompt): RawPrompt {
  const filled = reading.fillText(raw, place);
  return {
    text: filled,
    names: [label ?? filled, ...(id === undefined ? [] : [id])],
    ...(label !== undefined && { label }),
    ...(config !== undefined && { config }),
    place,
  };
}

function program(reading: PromptfooReading, raw: string, place: EvalPlace): readonly RawPrompt[] {
  reading.say({
    code: 'PROMPT_UNSUPPORTED',
    message: `"${raw}" is a program that makes prompts.`,
    hint: 'Write the prompt as a template: a .txt, .md, .j2, .json or .yaml file.',
    place,
  });
  return [];
}

/** Short names for reports, none twice. */
function labelled(raw: readonly RawPrompt[]): ReadPrompt[] {
  const used = new Set<string>();
  return raw.map(({ text: body, names, label, config, place }) => {
    const wanted = label ?? shortened(body);
    let own = wanted;
    for (let copy = 2; used.has(own); copy++) own = `${wanted} (${copy})`;
    used.add(own);
    const { tools, ...parameters } = { ...config };
    return {
      names,
      prompt: {
        label: own,
        language: 'jinja',
        body: { kind: 'text', text: body },
        parameters,
        ...(Array.isArray(tools) && { tools: tools.filter(isMap) }),
        place,
      },
    };
  });
}

function shortened(body: string): string {
  const line = body.trim().split('\n')[0]?.trim() ?? '';
  return line.length > 60 ? `${line.slice(0, 59)}…` : line === '' ? 'prompt' : line;
}
