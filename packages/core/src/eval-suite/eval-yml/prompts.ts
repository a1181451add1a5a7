// The prompts of an `*.eval.yml`: files of any kind that Pawl reads, texts and chats.
import type { EvalMessage, EvalPlace, EvalPrompt, EvalProvider } from '../../formats/eval-suite.ts';
import { promptStem, promptSubject } from '../../formats/prompt.ts';
import { readPrompts } from '../promptfoo/prompts.ts';
import type { PromptfooReading } from '../promptfoo/promptfoo-reading.ts';
import { evalPromptOf, modelProvider, readPromptFile } from '../prompt-yml.ts';
import { readPromptyFile } from '../prompty.ts';
import { isMap, pathIn, type Fields } from '../reading.ts';

export interface EvalYmlPromptRead {
  readonly prompt: EvalPrompt;
  /** The model that the prompt's file names: asked where the suite names none. */
  readonly provider?: EvalProvider;
  /** What the registry knows a version of a `*.prompt.yml` by. */
  readonly subject?: unknown;
}

export async function readEvalPrompts(reading: PromptfooReading, suite: Fields): Promise<readonly EvalYmlPromptRead[]> {
  const list = suite['prompts'];
  const items: readonly unknown[] = Array.isArray(list) ? list : suite['prompt'] === undefined ? [] : [suite['prompt']];
  if (items.length === 0)
    reading.say({
      code: 'SUITE_INVALID',
      message: 'No "prompt" is given.',
      hint: 'Add for example prompt: prompts/answer.prompt.yml.',
      place: reading.places.of(suite),
    });
  const found: EvalYmlPromptRead[] = [];
  for (const [index, item] of items.entries()) {
    const place = Array.isArray(list) ? reading.places.value(list, index) : reading.places.value(suite, 'prompt');
    found.push(...(await readOne(reading, item, place ?? { file: reading.file })));
  }
  return withOwnLabels(found);
}

async function readOne(
  reading: PromptfooReading,
  item: unknown,
  place: EvalPlace,
): Promise<readonly EvalYmlPromptRead[]> {
  if (typeof item === 'string')
    return isFile(item) ? fileAt(reading, item, { place }) : [{ prompt: textPrompt(item, { place }) }];
  if (!isMap(item)) return [];
  const { file, text, messages, label, parameters } = item;
  const given = [file, text, messages].filter((one) => one !== undefined);
  if (given.length !== 1) {
    reading.say({
      code: 'SUITE_INVALID',
      message: 'A prompt needs exactly one of file, text and messages.',
      hint: 'Keep one of them.',
      place,
    });
    return [];
  }
  const options = {
    place,
    ...(typeof label === 'string' && { label }),
    ...(isMap(parameters) && { parameters }),
  };
  if (typeof file === 'string') return fileAt(reading, file, options);
  if (typeof text === 'string') return [{ prompt: textPrompt(text, options) }];
  const chat = Array.isArray(messages) ? (messages as readonly EvalMessage[]) : [];
  return [
    {
      prompt: { ...textPrompt('', options), label: options.label ?? 'prompt', body: { kind: 'chat', messages: chat } },
    },
  ];
}

interface Options {
  readonly place: EvalPlace;
  readonly label?: string;
  readonly parameters?: Fields;
}

const isFile = (written: string): boolean =>
  !written.includes('\n') && /\.(?:prompt\.ya?ml|prompty|txt|md|j2|jsonl?|ya?ml|csv)$/.test(written);

function textPrompt(text: string, { place, label, parameters = {} }: Options): EvalPrompt {
  const line = text.trim().split('\n')[0] ?? '';
  return {
    label: label ?? (line.length > 60 ? `${line.slice(0, 59)}…` : line),
    language: 'jinja',
    body: { kind: 'text', text },
    parameters,
    place,
  };
}

async function fileAt(
  reading: PromptfooReading,
  written: string,
  { place, label, parameters }: Options,
): Promise<readonly EvalYmlPromptRead[]> {
  const path = pathIn(reading, reading.file, written, place);
  if (path === undefined) return [];
  const withParameters = (prompt: EvalPrompt): EvalPrompt =>
    parameters === undefined ? prompt : { ...prompt, parameters: { ...prompt.parameters, ...parameters } };
  if (/\.prompt\.ya?ml$/.test(path)) {
    const file = await readPromptFile(reading, path, place);
    if (file === undefined) return [];
    const { model } = file.prompt;
    const prompt = withParameters(evalPromptOf(file, label ?? promptStem(path)));
    return [
      {
        prompt,
        ...(model !== undefined && { provider: modelProvider(model, file.placeOf('model')) }),
        ...(parameters === undefined && { subject: promptSubject(file.prompt) }),
      },
    ];
  }
  if (path.endsWith('.prompty')) {
    const file = await readPromptyFile(reading, path, place);
    if (file === undefined) return [];
    const prompt = withParameters({ ...file.prompt, ...(label !== undefined && { label }) });
    return [{ prompt, ...(file.provider !== undefined && { provider: file.provider }) }];
  }
  const read = await readPrompts(reading, [{ id: `file://${written}`, ...(label !== undefined && { label }) }], place);
  return read.map(({ prompt }) => ({ prompt: withParameters(prompt) }));
}

function withOwnLabels(read: readonly EvalYmlPromptRead[]): readonly EvalYmlPromptRead[] {
  const used = new Set<string>();
  return read.map((item) => {
    let { label } = item.prompt;
    for (let copy = 2; used.has(label); copy++) label = `${item.prompt.label} (${copy})`;
    used.add(label);
    return label === item.prompt.label ? item : { ...item, prompt: { ...item.prompt, label } };
  });
}
