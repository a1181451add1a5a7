// A prompt file's messages and settings ⇄ the body and config of a Langfuse prompt. Both write variables as {{name}}.
// Shapes: Langfuse's own client, langfuse.api.prompts. A config is free there; settings are named as OpenAI's API does.
import type { Problem, Prompt } from '@pawl/core';
import type { PromptContent } from '../mlflow/prompt-template.ts';
import { at, listAt, membersOf, numberAt, textAt, type Members } from '../shape.ts';

type Message = Prompt['messages'][number];
type Parameters = NonNullable<Prompt['modelParameters']>;

export type LangfuseType = 'chat' | 'text';

export interface LangfuseBody {
  readonly type: LangfuseType;
  readonly prompt: string | readonly { readonly role: string; readonly content: string }[];
  readonly config: Readonly<Record<string, unknown>>;
}

/** Ours in a config: what says which version of ours this is. */
export const ownConfig = 'pawl';

const parameterNames = {
  temperature: 'temperature',
  max_tokens: 'maxTokens',
  max_completion_tokens: 'maxCompletionTokens',
  top_p: 'topP',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
  seed: 'seed',
} as const satisfies Readonly<Record<string, keyof Parameters>>;

const configNames = new Set(['model', 'stop', 'response_format', ownConfig, ...Object.keys(parameterNames)]);

/**
 * @param type what the prompt's versions are there; one of several messages cannot be a text
 * @returns undefined in place of a body that Langfuse cannot hold
 */
export function bodyOfPrompt(
  prompt: PromptContent,
  { name, type }: { readonly name: string; readonly type: LangfuseType },
): { readonly body?: LangfuseBody; readonly problems: readonly Problem[] } {
  const { messages } = prompt;
  const [only] = messages;
  if (type === 'text' && (messages.length !== 1 || only?.role !== 'user'))
    return {
      problems: [
        problem(
          'LANGFUSE_PROMPT_TYPE',
          `The prompt ${name} is a text in Langfuse and here a chat of ${messages.length} messages, and Langfuse keeps one type for all versions.`,
          'Rename the prompt, or delete it there.',
        ),
      ],
    };
  return {
    body: {
      type,
      prompt: type === 'text' ? (only?.content ?? '') : messages.map(({ role, content }) => ({ role, content })),
      config: configOf(prompt),
    },
    problems: strangeTexts(messages, `The prompt ${name}`),
  };
}

/** @returns problems instead of content when a prompt file cannot hold it */
export function promptOfBody(
  body: { readonly type: unknown; readonly prompt: unknown; readonly config: unknown },
  where: string,
): { readonly content?: PromptContent; readonly problems: readonly Problem[] } {
  const messages = body.type === 'chat' ? chatMessages(body.prompt) : textMessages(body.prompt);
  if (typeof messages === 'string')
    return {
      problems: [
        problem(
          'LANGFUSE_PROMPT_REFUSED',
          `${where} ${messages}.`,
          'A *.prompt.yml holds texts of system, user and assistant.',
        ),
      ],
    };
  const config = membersOf(body.config) ?? {};
  const format = formatOf(config);
  const left = Object.keys(config).filter(
    (key) => !configNames.has(key) || (key === 'response_format' && format === undefined),
  );
  const model = textAt(config, 'model');
  const parameters = parametersOf(config);
  return {
    content: {
      messages: [...messages],
      ...(model !== undefined && model !== '' && { model }),
      ...(Object.keys(parameters).length > 0 && { modelParameters: parameters }),
      ...format,
    },
    problems: [...strangeTexts(messages, where), ...(left.length > 0 ? [settingsLeft(where, left)] : [])],
  };
}

/** Settings there that a version of ours would not have. */
export const foreignSettings = (config: unknown): readonly string[] =>
  Object.keys(membersOf(config) ?? {}).filter((key) => !configNames.has(key));

function chatMessages(prompt: unknown): readonly Message[] | string {
  if (!Array.isArray(prompt) || prompt.length === 0) return 'has no messages';
  const messages: Message[] = [];
  for (const message of prompt as readonly unknown[]) {
    const [role, content] = [textAt(message, 'role'), textAt(message, 'content')];
    if (textAt(message, 'type') === 'placeholder' || (role === undefined && content === undefined))
      return `has a placeholder for messages, "${textAt(message, 'name') ?? ''}"`;
    if (content === undefined || (role !== 'system' && role !== 'user' && role !== 'assistant'))
      return `has a message of the role "${role ?? ''}"`;
    messages.push({ role, content });
  }
  return messages;
}

const textMessages = (prompt: unknown): readonly Message[] | string =>
  typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : 'has no text';

function configOf({ model, modelParameters = {}, responseFormat, jsonSchema }: PromptContent): Members {
  const { stop } = modelParameters;
  return {
    ...(model !== undefined && { model }),
    ...Object.fromEntries(
      Object.entries(parameterNames).flatMap(([theirs, ours]) =>
        modelParameters[ours] === undefined ? [] : [[theirs, modelParameters[ours]]],
      ),
    ),
    ...(stop !== undefined && { stop }),
    ...(responseFormat === 'json_object' && { response_format: { type: 'json_object' } }),
    ...(responseFormat === 'json_schema' && {
      response_format: { type: 'json_schema', json_schema: JSON.parse(jsonSchema ?? '{}') as unknown },
    }),
  };
}

function parametersOf(config: Members): Parameters {
  const stop = at(config, 'stop');
  const stops = listAt(config, 'stop').filter((one) => typeof one === 'string');
  return {
    ...Object.fromEntries(
      Object.entries(parameterNames).flatMap(([theirs, ours]) => {
        const value = numberAt(config, theirs);
        return value === undefined ? [] : [[ours, value] as const];
      }),
    ),
    ...(typeof stop === 'string' && { stop }),
    ...(stops.length > 0 && { stop: stops }),
  };
}

function formatOf(config: Members): Pick<PromptContent, 'responseFormat' | 'jsonSchema'> | undefined {
  const format = membersOf(config['response_format']);
  if (textAt(format, 'type') === 'json_object') return { responseFormat: 'json_object' };
  const schema = membersOf(at(format, 'json_schema'));
  if (textAt(format, 'type') !== 'json_schema' || schema === undefined) return undefined;
  return { responseFormat: 'json_schema', jsonSchema: JSON.stringify(schema, null, 2) };
}

/** What one side would fill in and the other sends as it stands. */
function strangeTexts(messages: readonly Message[], where: string): readonly Problem[] {
  const found = messages.flatMap(({ content }) => [
    ...(content.match(/\{\{\s*[#^/>!&][^}]*\}\}|\{\{\{[^}]*\}\}\}/g) ?? []),
    ...(content.match(/@@@langfusePrompt:[^@]*@@@/g) ?? []),
    ...[...content.matchAll(/\{\{[ \t]*([\w.-]+)[ \t]*\}\}/g)].flatMap(([whole, name = '']) =>
      /^[A-Za-z_]\w*$/.test(name) ? [] : [whole],
    ),
  ]);
  if (found.length === 0) return [];
  const shown = [...new Set(found)].slice(0, 5).join(', ');
  return [
    {
      ...problem(
        'LANGFUSE_PROMPT_TEMPLATE',
        `${where} holds ${shown}, which Langfuse's clients and Pawl do not read alike.`,
        'Use plain variables with letters, digits and "_" when both are to send the same.',
      ),
      severity: 'warning',
    },
  ];
}

const settingsLeft = (where: string, names: readonly string[]): Problem => ({
  ...problem(
    'LANGFUSE_PROMPT_SETTINGS',
    `${where} has settings that a *.prompt.yml does not hold: ${names.slice(0, 10).join(', ')}.`,
    'They are left out.',
  ),
  severity: 'warning',
});

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });
