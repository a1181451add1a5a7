// A prompt file's messages and settings ⇄ the tags of an MLflow prompt version. Both sides write variables as {{name}}.
// Tags: https://github.com/mlflow/mlflow/blob/master/mlflow/prompt/constants.py
import type { Problem, Prompt } from '@pawl/core';
import { at, listAt, membersOf, numberAt, textAt, type Members } from '../shape.ts';
import type { MlflowVersion } from './model-registry.ts';

const tags = {
  isPrompt: 'mlflow.prompt.is_prompt',
  text: 'mlflow.prompt.text',
  type: '_mlflow_prompt_type',
  responseFormat: '_mlflow_prompt_response_format',
  modelConfig: '_mlflow_prompt_model_config',
  /** Ours: MLflow keeps a schema without its name. */
  schemaName: 'pawl.schema_name',
} as const;

export const promptModelTags: Readonly<Record<string, string>> = { [tags.isPrompt]: 'true' };

/** What a model is told: the part of a prompt file that MLflow can hold. */
export type PromptContent = Pick<Prompt, 'messages' | 'model' | 'modelParameters' | 'responseFormat' | 'jsonSchema'>;
type Message = Prompt['messages'][number];
type Parameters = NonNullable<Prompt['modelParameters']>;

const jinja = /\{%[\s\S]*?%\}/;

export function tagsOfPrompt(
  prompt: PromptContent,
  name: string,
): { readonly tags: Readonly<Record<string, string>>; readonly problems: readonly Problem[] } {
  const { messages } = prompt;
  const [only] = messages;
  const isText = messages.length === 1 && only?.role === 'user';
  const config = configOf(prompt);
  const format = formatOf(prompt);
  return {
    tags: {
      [tags.isPrompt]: 'true',
      [tags.type]: isText ? 'text' : 'chat',
      [tags.text]: isText ? only.content : JSON.stringify(messages),
      ...(Object.keys(config).length > 0 && { [tags.modelConfig]: JSON.stringify(config) }),
      ...(format !== undefined && { [tags.responseFormat]: JSON.stringify(format.format) }),
      ...(format?.name !== undefined && { [tags.schemaName]: format.name }),
    },
    problems: messages.some(({ content }) => jinja.test(content)) ? [becomesJinja(name)] : [],
  };
}

/** @returns problems instead of content when the version is no prompt, or one that only runs as code */
export function promptOfVersion(
  version: MlflowVersion,
  name: string,
): { readonly content?: PromptContent; readonly problems: readonly Problem[] } {
  const where = `Version ${version.version} of the MLflow prompt ${name}`;
  const text = version.tags[tags.text];
  if (text === undefined) return { problems: [refused(where, 'has no text', 'It may be a model, not a prompt.')] };
  const messages = version.tags[tags.type] === 'chat' ? chatMessages(text) : [{ role: 'user' as const, content: text }];
  if (messages === undefined)
    return {
      problems: [
        refused(
          where,
          'has messages that are no plain text of system, user or assistant',
          'A *.prompt.yml holds neither images nor tools.',
        ),
      ],
    };
  if (messages.some(({ content }) => jinja.test(content)))
    return {
      problems: [
        refused(
          where,
          'is a Jinja template with {% … %}',
          'Templates here fill in {{name}} and run nothing: write it so.',
        ),
      ],
    };
  const config = membersOf(parsed(version.tags[tags.modelConfig])) ?? {};
  const { parameters, dropped } = parametersOf(config);
  const model = textAt(config, 'model_name');
  return {
    content: {
      messages,
      ...(model !== undefined && model !== '' && { model }),
      ...(Object.keys(parameters).length > 0 && { modelParameters: parameters }),
      ...responseFormatOf(version),
    },
    problems: dropped.length > 0 ? [settingsLeft(where, dropped)] : [],
  };
}

function chatMessages(text: string): Message[] | undefined {
  const messages = listAt({ messages: parsed(text) }, 'messages').map((message): Message | undefined => {
    const role = textAt(message, 'role');
    const content = textAt(message, 'content');
    return content !== undefined && (role === 'system' || role === 'user' || role === 'assistant')
      ? { role, content }
      : undefined;
  });
  const known = messages.filter((message) => message !== undefined);
  return known.length === messages.length && known.length > 0 ? known : undefined;
}

const parameterNames = {
  temperature: 'temperature',
  max_tokens: 'maxTokens',
  top_p: 'topP',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
} as const satisfies Readonly<Record<string, keyof Parameters>>;

function configOf({ model, modelParameters = {} }: PromptContent): Readonly<Record<string, unknown>> {
  const { stop, seed, maxCompletionTokens } = modelParameters;
  const extra = {
    ...(seed !== undefined && { seed }),
    ...(maxCompletionTokens !== undefined && { max_completion_tokens: maxCompletionTokens }),
  };
  return {
    ...(model !== undefined && { model_name: model }),
    ...Object.fromEntries(
      Object.entries(parameterNames).flatMap(([theirs, ours]) =>
        modelParameters[ours] === undefined ? [] : [[theirs, modelParameters[ours]]],
      ),
    ),
    ...(stop !== undefined && { stop_sequences: typeof stop === 'string' ? [stop] : stop }),
    ...(Object.keys(extra).length > 0 && { extra_params: extra }),
  };
}

function parametersOf(config: Members): { readonly parameters: Parameters; readonly dropped: readonly string[] } {
  const stop = listAt(config, 'stop_sequences').filter((one) => typeof one === 'string');
  const seed = numberAt(config, 'extra_params', 'seed');
  const maxCompletionTokens = numberAt(config, 'extra_params', 'max_completion_tokens');
  const known = Object.entries(parameterNames).flatMap(([theirs, ours]) => {
    const value = numberAt(config, theirs);
    return value === undefined ? [] : [[ours, value] as const];
  });
  const extras = Object.keys(membersOf(at(config, 'extra_params')) ?? {}).filter(
    (key) => key !== 'seed' && key !== 'max_completion_tokens',
  );
  const taken = new Set(['model_name', 'stop_sequences', 'extra_params', ...Object.keys(parameterNames)]);
  const others = Object.keys(config).filter(
    (key) => !taken.has(key) && config[key] !== null && config[key] !== undefined,
  );
  return {
    parameters: {
      ...Object.fromEntries(known),
      ...(stop.length > 0 && { stop: stop.length === 1 ? (stop[0] ?? '') : stop }),
      ...(seed !== undefined && { seed }),
      ...(maxCompletionTokens !== undefined && { maxCompletionTokens }),
    },
    dropped: [...others, ...extras],
  };
}

const jsonObject = { type: 'json_object' };

function formatOf({
  responseFormat,
  jsonSchema,
}: PromptContent): { readonly format: unknown; readonly name?: string } | undefined {
  if (responseFormat === 'json_object') return { format: jsonObject };
  if (responseFormat !== 'json_schema') return undefined;
  const written = parsed(jsonSchema);
  const name = textAt(written, 'name');
  return { format: at(written, 'schema'), ...(name !== undefined && { name }) };
}

function responseFormatOf(version: MlflowVersion): Pick<PromptContent, 'responseFormat' | 'jsonSchema'> {
  const format = membersOf(parsed(version.tags[tags.responseFormat]));
  if (format === undefined) return {};
  if (JSON.stringify(format) === JSON.stringify(jsonObject)) return { responseFormat: 'json_object' };
  const name = version.tags[tags.schemaName] ?? 'answer';
  return { responseFormat: 'json_schema', jsonSchema: JSON.stringify({ name, schema: format }, null, 2) };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (where: string, why: string, hint: string): Problem => ({
  code: 'MLFLOW_PROMPT_REFUSED',
  severity: 'error',
  message: `${where} ${why}.`,
  hint,
});

const settingsLeft = (where: string, names: readonly string[]): Problem => ({
  code: 'MLFLOW_PROMPT_SETTINGS',
  severity: 'warning',
  message: `${where} has settings that a *.prompt.yml does not hold: ${names.slice(0, 10).join(', ')}.`,
  hint: 'They are left out.',
});

const becomesJinja = (name: string): Problem => ({
  code: 'MLFLOW_PROMPT_JINJA',
  severity: 'warning',
  message: `The prompt ${name} holds {% … %}, which MLflow takes for a Jinja template; here it is plain text.`,
  hint: 'Write it without, when both are to send the same.',
});
