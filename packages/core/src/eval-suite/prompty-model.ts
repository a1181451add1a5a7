// What a `.prompty` file says of its model, in the words of both versions.
import type { EvalPrompt, EvalProvider } from '../formats/eval-suite.ts';
import { isMap, type Fields, type Reading } from './reading.ts';

export interface PromptyModel {
  readonly provider?: EvalProvider;
  readonly parameters: Fields;
  readonly responseFormat?: NonNullable<EvalPrompt['responseFormat']>;
  readonly isCompletion: boolean;
}

/** Options of the second version under the names that endpoints know. */
const optionNames: Readonly<Record<string, string>> = {
  maxOutputTokens: 'max_tokens',
  topP: 'top_p',
  topK: 'top_k',
  stopSequences: 'stop',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  allowMultipleToolCalls: 'parallel_tool_calls',
};

export interface PromptyMatter {
  readonly file: string;
  /** The front matter, its references filled in. */
  readonly matter: Fields;
  /** The same before that. */
  readonly written: unknown;
}

export function promptyProvider(reading: Reading, { file, matter, written }: PromptyMatter): PromptyModel {
  const { model } = matter;
  const place = reading.places.value(matter, 'model') ?? { file };
  if (typeof model === 'string') return { provider: openAi(model, {}, place), parameters: {}, isCompletion: false };
  if (!isMap(model)) return { parameters: {}, isCompletion: false };
  const connection = connectionOf(model);
  const { response_format: format, ...parameters } = firstMap(model['options'], model['parameters']);
  const { additionalProperties, ...options } = parameters;
  const named = Object.entries({ ...options, ...(isMap(additionalProperties) && additionalProperties) }).map(
    ([name, value]) => [optionNames[name] ?? name, value] as const,
  );
  const responseFormat = responseFormatOf(format);
  const id = model['id'] ?? connection['name'] ?? connection['azure_deployment'] ?? connection['model'];
  const isCompletion = model['api'] === 'completion' || model['apiType'] === 'completion';
  const provider =
    typeof id === 'string'
      ? providerOf(reading, { model, connection, id, isCompletion, place, address: writtenAddress(written) })
      : undefined;
  return {
    ...(provider !== undefined && { provider }),
    parameters: Object.fromEntries(named),
    ...(responseFormat !== undefined && { responseFormat }),
    isCompletion,
  };
}

const connectionOf = (model: Fields): Fields => firstMap(model['connection'], model['configuration']);

const endpointOf = (connection: Fields): unknown =>
  connection['azure_endpoint'] ?? connection['endpoint'] ?? connection['base_url'];

function writtenAddress(matter: unknown): string | undefined {
  const model = isMap(matter) ? matter['model'] : undefined;
  const address = isMap(model) ? endpointOf(connectionOf(model)) : undefined;
  return typeof address === 'string' ? address : undefined;
}

const deploymentAt = (endpoint: string, id: string): string =>
  `${endpoint.replace(/\/+$/, '')}/openai/deployments/${encodeURIComponent(id)}`;

const firstMap = (...values: readonly unknown[]): Fields => values.find(isMap) ?? {};

interface Written {
  readonly model: Fields;
  readonly connection: Fields;
  readonly id: string;
  readonly isCompletion: boolean;
  readonly place: EvalProvider['place'];
  /** Of its endpoint, before references were filled in. */
  readonly address: string | undefined;
}

function providerOf(
  reading: Reading,
  { model, connection, id, isCompletion, place, address }: Written,
): EvalProvider | undefined {
  const type = String(connection['type'] ?? model['provider'] ?? 'openai');
  const endpoint = endpointOf(connection);
  const apiKeyEnv = keyName(connection['api_key'] ?? connection['apiKey']);
  const key = apiKeyEnv === undefined ? {} : { apiKeyEnv };
  if (type.startsWith('azure')) {
    if (typeof endpoint !== 'string') return openAi(id, key, place);
    const baseUrl = deploymentAt(endpoint, id);
    const apiVersion = connection['api_version'] ?? connection['apiVersion'] ?? '2024-12-01-preview';
    return {
      ...openAi(id, { apiKeyEnv: 'AZURE_API_KEY', ...key, baseUrl, azure: true, apiVersion }, place),
      kind: isCompletion ? 'openai-completion' : 'openai',
      ...(address !== undefined && address !== endpoint && { reached: { address: deploymentAt(address, id) } }),
    };
  }
  if (type === 'anthropic')
    return {
      ...openAi(id, { baseUrl: 'https://api.anthropic.com', apiKeyEnv: 'ANTHROPIC_API_KEY', ...key }, place),
      kind: 'anthropic',
    };
  if (!['openai', 'serverless', 'foundry'].includes(type)) {
    reading.say({
      code: 'PROVIDER_UNSUPPORTED',
      message: `A model of "${type}" is not supported.`,
      hint: 'Any endpoint that speaks OpenAI’s API can be asked: provider: openai with connection.endpoint.',
      place,
    });
    return undefined;
  }
  return {
    ...openAi(id, { ...key, ...(typeof endpoint === 'string' && { baseUrl: endpoint }) }, place),
    kind: isCompletion ? 'openai-completion' : 'openai',
    ...(address !== undefined && address !== endpoint && { reached: { address } }),
  };
}

const openAi = (model: string, config: Fields, place: EvalProvider['place']): EvalProvider => ({
  id: model,
  label: model,
  kind: 'openai',
  model,
  config,
  place,
});

const keyName = (written: unknown): string | undefined =>
  typeof written === 'string' ? /^\$\{env:(\w+)/.exec(written)?.[1] : undefined;

function responseFormatOf(written: unknown): PromptyModel['responseFormat'] {
  if (!isMap(written)) return undefined;
  if (written['type'] === 'json_object') return { type: 'json_object' };
  const schema = written['json_schema'];
  return written['type'] === 'json_schema' && isMap(schema) ? { type: 'json_schema', jsonSchema: schema } : undefined;
}
