// What a judge is told: our own words, or the user's `rubricPrompt`. Either way what a model wrote stands in a fence.
import { parseDocument } from 'yaml';
import type { EvalPlace } from '../formats/eval-suite.ts';
import type { Message } from '../ports/model-provider.ts';
import type { ScoreFailure } from '../scorers/scorer.ts';
import { cannotTell, isRecord } from '../scorers/verdicts.ts';
import { parseJinja, renderJinja } from '../template/index.ts';
import { fence } from './fence.ts';

export interface JudgePrompt<Name extends string> {
  /** The user's own: a text, a list of messages, or either of them as JSON or YAML. */
  readonly rubricPrompt: unknown;
  readonly place: EvalPlace;
  /** Written by models, or by whoever wrote the data: never obeyed. Names as users' templates know them. */
  readonly material: Readonly<Record<Name, string>>;
  /** What else users' templates may name. */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly system: string;
  readonly task: (blocks: Readonly<Record<Name, string>>) => string;
}

export function judgeMessages<Name extends string>(
  prompt: JudgePrompt<Name>,
): { readonly messages: readonly Message[] } | ScoreFailure {
  const { blocks, notice } = fence(prompt.material);
  const own = bodyOf(prompt.rubricPrompt);
  if (own === undefined)
    return {
      messages: [
        { role: 'system', content: `${prompt.system}\n\n${notice}` },
        { role: 'user', content: prompt.task(blocks) },
      ],
    };
  const fields = { ...plainFields(prompt.vars), ...prompt.material, ...hidden(blocks) };
  const messages: Message[] = [];
  for (const { role, content } of own) {
    const text = rendered(content, Object.keys(prompt.material), fields, prompt.place);
    if ('failure' in text) return text;
    messages.push({ role, content: text.value });
  }
  return { messages: withNotice(messages, notice) };
}

/** Whether a `rubricPrompt` says anything. */
export const isWritten = (rubricPrompt: unknown): boolean => bodyOf(rubricPrompt) !== undefined;

interface TextMessage {
  readonly role: Message['role'];
  readonly content: string;
}

const roles: readonly string[] = ['system', 'user', 'assistant', 'developer'];

/**
 * The chat is read before anything is put into it: an answer that looks like a chat stays one text in one message.
 */
function bodyOf(written: unknown): readonly TextMessage[] | undefined {
  if (written === undefined || written === null || written === '') return undefined;
  const value = typeof written === 'string' ? (parsedChat(written) ?? written) : written;
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage))
    return value.map(({ role, content }) => ({ role, content }));
  if (isRecord(value) && Object.keys(value).length === 0) return undefined;
  return [{ role: 'user', content: typeof value === 'string' ? value : JSON.stringify(value) }];
}

const isMessage = (value: unknown): value is TextMessage =>
  isRecord(value) && typeof value['content'] === 'string' && roles.includes(String(value['role']));

function parsedChat(text: string): unknown {
  const start = text.trimStart();
  try {
    if (start.startsWith('[')) return JSON.parse(text);
    if (!start.startsWith('- role:')) return undefined;
    const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

const prefix = 'pawl_fenced_';

const hidden = (blocks: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(blocks).map(([name, text]) => [prefix + name, text]));

/** `{{ output }}` prints the fenced text; in conditions and filters the name stays the bare one. */
function rendered(
  source: string,
  names: readonly string[],
  fields: Readonly<Record<string, unknown>>,
  place: EvalPlace,
): { readonly value: string } | ScoreFailure {
  const fenced = source.replaceAll(/(\{\{-?\s*)(\w+)(\s*-?\}\})/g, (whole, open: string, name: string, close: string) =>
    names.includes(name) ? `${open}${prefix}${name}${close}` : whole,
  );
  const parsed = parseJinja(fenced, place);
  const result = 'problem' in parsed ? parsed : renderJinja(parsed.value, fields, place);
  if ('problem' in result)
    return cannotTell(`the rubric prompt cannot be rendered: ${result.problem.message}`, 'Correct "rubricPrompt".');
  return result;
}

/** Objects are JSON text, as promptfoo has them in judges' prompts. */
const plainFields = (vars: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, plain(value)]));

const plain = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item) => (typeof item === 'object' && item !== null ? JSON.stringify(item) : item))
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : value;

function withNotice(messages: readonly Message[], notice: string): readonly Message[] {
  const [first, ...rest] = messages;
  if (first?.role !== 'system') return [{ role: 'system', content: notice }, ...messages];
  return [{ ...first, content: `${String(first.content)}\n\n${notice}` }, ...rest];
}
