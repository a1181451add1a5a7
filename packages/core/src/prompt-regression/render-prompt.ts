// A prompt and a case's variables to what is sent. Prompts are parsed once, for thousands of cases.
import { parse as parseYamlText } from 'yaml';
import type { EvalMessage, EvalPrompt } from '../formats/eval-suite.ts';
import { isTooDeep } from '../formats/nesting.ts';
import type { Problem } from '../formats/problem.ts';
import type { Fields } from '../eval-suite/index.ts';
import type { Message } from '../ports/model-provider.ts';
import { renderValues } from './case-vars.ts';
import { parseText, type Names, type TextTemplate } from './text-template.ts';

/** What a model is told. */
export interface RenderedPrompt {
  readonly messages: readonly Message[];
  /** The same as one text: a completion's prompt, and what scorers and scripts see. Made when somebody asks. */
  text(): string;
  /** Where a provider's own request is made of them too. */
  readonly vars?: Fields;
}

export interface CompiledPrompt {
  readonly prompt: EvalPrompt;
  /** Its texts by message, for problems and titles; a text prompt has one. */
  readonly templates: readonly TextTemplate[];
  /** What the templates are wrong in: nothing may be sent then. */
  readonly problems: readonly Problem[];
  /** @param decoration what a case puts before and behind the prompt */
  render(fields: Fields, decoration?: Decoration): { readonly value: RenderedPrompt } | { readonly failure: string };
}

/** The same prompt, whose requests carry the variables along. */
export const withVars = (compiled: CompiledPrompt): CompiledPrompt => ({
  ...compiled,
  render: (fields, decoration) => {
    const rendered = compiled.render(fields, decoration);
    return 'value' in rendered ? { value: { ...rendered.value, vars: fields } } : rendered;
  },
});

export interface Decoration {
  readonly prefix?: string;
  readonly suffix?: string;
}

/** @param lenient see `Names` */
export function compilePrompt(prompt: EvalPrompt, lenient: boolean): CompiledPrompt {
  const names: Names = { language: prompt.language, place: prompt.place, lenient };
  const { defaults } = prompt;
  const plain = compileBody(prompt, names, {});
  const decorated = new Map<string, Compiled>();
  const compiledFor = ({ prefix, suffix }: Decoration): Compiled => {
    if (prefix === undefined && suffix === undefined) return plain;
    const key = JSON.stringify([prefix, suffix]);
    let compiled = decorated.get(key);
    if (compiled === undefined) {
      compiled = compileBody(prompt, names, {
        ...(prefix !== undefined && { prefix }),
        ...(suffix !== undefined && { suffix }),
      });
      // Few texts are used again and again; where each case has its own, keeping them would only fill memory.
      if (decorated.size < 100) decorated.set(key, compiled);
    }
    return compiled;
  };
  return {
    prompt,
    templates: plain.templates,
    problems: plain.templates.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
    render: (fields, decoration = {}) => {
      const compiled = compiledFor(decoration);
      try {
        return { value: compiled.render(defaults === undefined ? fields : { ...defaults, ...fields }) };
      } catch (error) {
        if (error instanceof Unrendered) return { failure: error.message };
        throw error;
      }
    },
  };
}

interface Compiled {
  readonly templates: readonly TextTemplate[];
  /** @throws Unrendered for data that the template cannot take */
  render(fields: Fields): RenderedPrompt;
}

class Unrendered extends Error {}

function compileBody({ body }: EvalPrompt, names: Names, decoration: Decoration): Compiled {
  if (body.kind === 'chat') return compileChat(decorate(body.messages, decoration), names);
  const raw = `${decoration.prefix ?? ''}${body.text}${decoration.suffix ?? ''}`;
  const json = jsonOf(raw);
  return json === undefined ? compileText(raw, names) : compileJson(json.value, names);
}

/** Before and behind the last message, which is the one that differs from case to case. */
function decorate(messages: readonly EvalMessage[], { prefix = '', suffix = '' }: Decoration): readonly EvalMessage[] {
  if (prefix === '' && suffix === '') return messages;
  return messages.map((message, index) =>
    index === messages.length - 1 && typeof message.content === 'string'
      ? { ...message, content: `${prefix}${message.content}${suffix}` }
      : message,
  );
}

function compileChat(messages: readonly EvalMessage[], names: Names): Compiled {
  const parts = messages.map(({ content, ...message }) => ({
    message,
    content:
      typeof content === 'string'
        ? parseText(content, names)
        : content.map((part) =>
            part.type === 'text'
              ? { part, template: parseText(part.text, names) }
              : { part, template: parseText(part.image_url.url, names) },
          ),
  }));
  const templates = parts.flatMap(({ content }) =>
    Array.isArray(content) ? content.map(({ template }) => template) : [content as TextTemplate],
  );
  return {
    templates,
    render: (fields) => {
      const rendered = parts.map(({ message, content }): Message => {
        if (!Array.isArray(content)) return { ...message, content: textOf(content as TextTemplate, fields) };
        return {
          ...message,
          content: content.map(({ part, template }) =>
            part.type === 'text'
              ? { ...part, text: textOf(template, fields) }
              : { ...part, image_url: { ...part.image_url, url: textOf(template, fields) } },
          ),
        };
      });
      return { messages: rendered, text: () => textOfChat(rendered) };
    },
  };
}

/** A single message's text is the prompt as text; several are JSON. */
export function textOfChat(messages: readonly Message[]): string {
  const [only, other] = messages;
  return other === undefined && typeof only?.content === 'string' ? only.content : JSON.stringify(messages);
}

function compileText(raw: string, names: Names): Compiled {
  const template = parseText(raw, names);
  return {
    templates: [template],
    render: (fields) => {
      const values = names.lenient ? renderValues(fields, names.place) : { value: fields };
      if ('failure' in values) throw new Unrendered(values.failure);
      const text = textOf(template, values.value);
      return { text: () => text, messages: chatIn(text) ?? [{ role: 'user', content: text }] };
    },
  };
}

/** The texts inside are rendered, so that no value of a case can break the JSON around it. */
function compileJson(json: unknown, names: Names): Compiled {
  const templates: TextTemplate[] = [];
  const compiled = compileValue(json, (text) => {
    const template = parseText(text, names);
    templates.push(template);
    return template;
  });
  return {
    templates,
    render: (fields) => {
      const value = compiled(fields);
      const text = JSON.stringify(value, undefined, 2);
      return { text: () => text, messages: messagesOf(value) ?? [{ role: 'user', content: text }] };
    },
  };
}

type Filled = (fields: Fields) => unknown;

function compileValue(value: unknown, parse: (text: string) => TextTemplate): Filled {
  if (typeof value === 'string') {
    const template = parse(value);
    return (fields) => textOf(template, fields);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => compileValue(item, parse));
    return (fields) => items.map((item) => item(fields));
  }
  if (typeof value !== 'object' || value === null) return () => value;
  const members = Object.entries(value).map(([name, member]) => [name, compileValue(member, parse)] as const);
  return (fields) => Object.fromEntries(members.map(([name, member]) => [name, member(fields)]));
}

function textOf(template: TextTemplate, fields: Fields): string {
  const rendered = template.render(fields);
  if ('problem' in rendered) throw new Unrendered(rendered.problem.message);
  return rendered.value;
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  const first = text.trimStart().charAt(0);
  if (first !== '[' && first !== '{' && first !== '"') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !isTooDeep(value, text) ? { value } : undefined;
  } catch {
    return undefined;
  }
}

/** A text that came out as a chat, in JSON or as YAML's list of roles. */
function chatIn(text: string): readonly Message[] | undefined {
  const json = jsonOf(text);
  if (json !== undefined) return messagesOf(json.value);
  if (!text.trimStart().startsWith('- role:')) return undefined;
  try {
    return messagesOf(parseYamlText(text, { maxAliasCount: 100 }));
  } catch {
    return undefined;
  }
}

const roles = new Set(['system', 'user', 'assistant', 'tool', 'developer']);

/** Every member of a message stays: endpoints that take this shape are sent it as it was written. */
function messagesOf(value: unknown): readonly Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const messages = value.map(messageOf);
  return messages.includes(undefined) ? undefined : (messages as readonly Message[]);
}

function messageOf(item: unknown): Message | undefined {
  if (typeof item !== 'object' || item === null || !('role' in item) || !roles.has(String(item.role))) return undefined;
  const content = 'content' in item ? item.content : undefined;
  if (typeof content === 'string') return item as Message;
  if (Array.isArray(content)) return content.every(isPart) ? (item as Message) : undefined;
  // Only who calls tools says nothing else.
  return (content === undefined || content === null) && 'tool_calls' in item
    ? { ...(item as Message), content: null }
    : undefined;
}

const isPart = (part: unknown): boolean => typeof part === 'object' && part !== null && 'type' in part;
