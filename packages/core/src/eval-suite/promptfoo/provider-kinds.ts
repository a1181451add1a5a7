// What a provider is, told by its id: an endpoint like OpenAI's, another one, a program, a script, or none we reach.
import { didYouMean, nearest } from '../../formats/did-you-mean.ts';
import type { EvalPlace, EvalProvider } from '../../formats/eval-suite.ts';
import { environmentName, onlyEnvironmentName } from '../environment.ts';
import { checkKeys, isMap, pathIn, type Fields } from '../reading.ts';
import {
  connectionSettings,
  embeddingSettings,
  httpSettings,
  instead,
  modelParameters,
  openAiEndpoints,
  withoutEffect,
  type Endpoint,
} from './endpoints.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { isJavaScript, referenceOf, scriptAt, scriptFile } from './scripts.ts';

export type Kind = Pick<EvalProvider, 'kind' | 'model' | 'config'>;

export interface KindRequest {
  readonly id: string;
  readonly config: Fields;
  /** `env` of the provider. */
  readonly environment: Fields;
  readonly place: EvalPlace;
}

export async function kindOf(reading: PromptfooReading, request: KindRequest): Promise<Kind | undefined> {
  const { id, config, environment, place } = request;
  const [scheme = '', ...rest] = id.split(':');
  if (id === 'echo') return { kind: 'echo', config: {} };
  if (id.startsWith('exec:')) {
    const env = isMap(config['env']) ? config['env'] : environment;
    return { kind: 'exec', config: { ...config, env, command: id.slice('exec:'.length).trim() } };
  }
  if (scheme === 'onnx') return onnxKind(reading, rest.join(':'), request);
  if (id.startsWith('file://')) return scriptKind(reading, id, request);
  if (scheme === 'http' || scheme === 'https') return httpKind(reading, request);
  if (scheme === 'anthropic') return anthropicKind(reading, rest, request);
  if (scheme === 'azure' || scheme === 'azureopenai') return azureKind(reading, rest, request);
  const endpoint = openAiEndpoints[scheme];
  if (endpoint !== undefined && rest.length > 0) return openAiKind(reading, { scheme, rest, endpoint }, request);
  const known = [
    ...Object.keys(openAiEndpoints),
    'azure',
    'anthropic',
    'http',
    'https',
    'exec',
    'echo',
    'file',
    'onnx',
  ];
  const meant = nearest(scheme, known);
  return refuse(
    reading,
    `The provider "${id}" is not supported.`,
    instead[scheme] ??
      (meant !== undefined
        ? `D${didYouMean(scheme, known).slice(1)}`
        : 'Any endpoint that speaks OpenAI’s API can be asked: openai:chat:<model> with config.apiBaseUrl.'),
    place,
  );
}

function refuse(reading: PromptfooReading, message: string, hint: string, place: EvalPlace): undefined {
  reading.say({ code: 'PROVIDER_UNSUPPORTED', message, hint, place });
}

interface Named {
  readonly scheme: string;
  readonly rest: readonly string[];
  readonly endpoint: Endpoint;
}

const chatForms = new Set(['chat', 'responses']);

function openAiKind(
  reading: PromptfooReading,
  { scheme, rest, endpoint }: Named,
  request: KindRequest,
): Kind | undefined {
  const { id, config, place } = request;
  const [form = '', ...more] = rest;
  const named = more.length > 0 && [...chatForms, 'completion', 'embedding', 'embeddings'].includes(form);
  const model = named ? more.join(':') : rest.join(':');
  const speciality = [
    'image',
    'realtime',
    'assistant',
    'moderation',
    'transcription',
    'speech',
    'video',
    'codex-sdk',
    'agents',
  ];
  if (scheme === 'openai' && speciality.includes(form))
    return refuse(
      reading,
      `The provider "${id}" does not answer with text to a chat.`,
      'Name a chat model: openai:chat:<model>.',
      place,
    );
  if (form === 'responses')
    reading.say({
      severity: 'warning',
      code: 'PROVIDER_CHANGED',
      message: `"${id}" is asked by chat completions, not by the Responses API.`,
      hint: 'Write openai:chat:<model> to say so.',
      place,
    });
  const settings = openAiSettings(reading, endpoint, request);
  if (scheme === 'portkey') Object.assign(settings, { headers: portkeyHeaders(config, settings['headers']) });
  if (named && form.startsWith('embedding'))
    return { kind: 'openai', model, config: { ...settings, endpoint: 'embeddings' } };
  return { kind: form === 'completion' && named ? 'openai-completion' : 'openai', model, config: settings };
}

/** Settings flat, as the endpoint takes them; what only promptfoo calls so under the names that Pawl has. */
function openAiSettings(
  reading: PromptfooReading,
  endpoint: Endpoint,
  { config, environment }: KindRequest,
): Record<string, unknown> {
  checkKeys(reading, config, {
    known: [...modelParameters, ...connectionSettings, ...withoutEffect],
    what: 'the config of a provider',
  });
  const own = environment[endpoint.apiKeyEnv ?? ''];
  const renamed = typeof own === 'string' ? onlyEnvironmentName(own) : undefined;
  const apiKeyEnv = keyNameOf(reading, config) ?? renamed ?? endpoint.apiKeyEnv;
  const host = config['apiHost'];
  const baseUrl =
    config['apiBaseUrl'] ??
    config['baseUrl'] ??
    (typeof host === 'string' ? `https://${host}/v1` : undefined) ??
    Object.entries(environment).find(([name]) => name.endsWith('_BASE_URL'))?.[1] ??
    endpoint.baseUrl;
  const organization = config['organization'];
  const headers = {
    ...(isMap(config['headers']) && config['headers']),
    ...(typeof organization === 'string' && { 'OpenAI-Organization': organization }),
  };
  const parameters = Object.entries(config).filter(([name]) => modelParameters.includes(name));
  const prices = ['cost', 'inputCost', 'outputCost', 'timeout', 'maxRetries'].filter(
    (name) => config[name] !== undefined,
  );
  return {
    ...Object.fromEntries(parameters),
    ...(isMap(config['passthrough']) && config['passthrough']),
    ...Object.fromEntries(prices.map((name) => [name, config[name]])),
    baseUrl,
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}

/** A key is named, never held: `apiKey: '{{env.NAME}}'` is its name, and a key in the file is refused. */
function keyNameOf(reading: PromptfooReading, config: Fields): string | undefined {
  const named = config['apiKeyEnvar'];
  if (typeof named === 'string') return named;
  const key = config['apiKey'];
  if (typeof key !== 'string') return undefined;
  const name = onlyEnvironmentName(key) ?? environmentName(key);
  if (name !== undefined) return name;
  // Local servers want any key at all; a real one in a file is a leak.
  if (key.length < 16) return undefined;
  reading.say({
    code: 'PROVIDER_SECRET',
    message: 'An API key stands in the file.',
    hint: 'Revoke it, and write apiKeyEnvar with the name of the environment variable that holds the new one.',
    place: reading.places.value(config, 'apiKey'),
  });
  return undefined;
}

function portkeyHeaders(config: Fields, headers: unknown): Fields {
  const given = [
    ['x-portkey-provider', config['portkeyProvider']],
    ['x-portkey-virtual-key', config['portkeyVirtualKey']],
    ['x-portkey-config', config['portkeyConfig']],
    [
      'x-portkey-metadata',
      config['portkeyMetadata'] === undefined ? undefined : JSON.stringify(config['portkeyMetadata']),
    ],
  ].filter(([, value]) => value !== undefined);
  return {
    ...(isMap(headers) && headers),
    'x-portkey-api-key': '{{env.PORTKEY_API_KEY}}',
    ...Object.fromEntries(given),
  };
}

function azureKind(reading: PromptfooReading, rest: readonly string[], request: KindRequest): Kind | undefined {
  const { id, config, place } = request;
  const [form = '', ...more] = rest;
  const deployment = more.length > 0 ? more.join(':') : form;
  if (more.length > 0 && !['chat', 'completion', 'responses', 'embedding', 'embeddings'].includes(form))
    return refuse(reading, `The provider "${id}" is not supported.`, 'Write azure:chat:<deployment>.', place);
  const host = config['apiHost'];
  const written = config['apiBaseUrl'] ?? (typeof host === 'string' ? `https://${host}` : undefined);
  if (typeof written !== 'string')
    return refuse(reading, `"${id}" has no host.`, 'Add config.apiHost, as in my-resource.openai.azure.com.', place);
  const baseUrl = `${written.replace(/\/+$/, '').replace(/\/openai$/, '')}/openai/deployments/${encodeURIComponent(deployment)}`;
  const settings = openAiSettings(reading, { baseUrl, apiKeyEnv: 'AZURE_API_KEY' }, request);
  return {
    kind: form === 'completion' ? 'openai-completion' : 'openai',
    model: deployment,
    config: { ...settings, baseUrl, azure: true, apiVersion: config['apiVersion'] ?? '2024-12-01-preview' },
  };
}

function anthropicKind(reading: PromptfooReading, rest: readonly string[], request: KindRequest): Kind | undefined {
  const { id, place } = request;
  const [form = '', ...more] = rest;
  const model = form === 'messages' ? more.join(':') : form;
  if (
    model === '' ||
    form === 'completion' ||
    (form !== 'messages' && !form.startsWith('claude-')) ||
    /agent-sdk|claude-code/.test(form)
  )
    return refuse(reading, `The provider "${id}" is not supported.`, 'Write anthropic:messages:<model>.', place);
  const endpoint = { baseUrl: 'https://api.anthropic.com', apiKeyEnv: 'ANTHROPIC_API_KEY' };
  return { kind: 'anthropic', model, config: openAiSettings(reading, endpoint, request) };
}

/** An embedding model in a folder of the workspace; a path, as every one in a suite, from its own file. */
function onnxKind(reading: PromptfooReading, written: string, request: KindRequest): Kind | undefined {
  const { id, config, place } = request;
  checkKeys(reading, config, { known: embeddingSettings, what: 'the config of an embedding model' });
  if (written === '')
    return refuse(reading, `"${id}" names no model.`, 'Write onnx:<folder> with model.onnx and tokenizer.json.', place);
  const path = pathIn(reading, reading.file, written, place);
  return path === undefined ? undefined : { kind: 'onnx', model: path, config: { ...config, endpoint: 'embeddings' } };
}

async function httpKind(reading: PromptfooReading, { id, config, place }: KindRequest): Promise<Kind | undefined> {
  checkKeys(reading, config, { known: httpSettings, what: 'the config of an HTTP provider' });
  const url = config['url'] ?? (/^https?:\/\//.test(id) ? id : undefined);
  if (url === undefined && config['request'] === undefined)
    return refuse(reading, `"${id}" has no address.`, 'Add config.url.', place);
  const transformResponse =
    (await scriptAt(reading, config, 'transformResponse')) ?? (await scriptAt(reading, config, 'responseParser'));
  const transformRequest = await scriptAt(reading, config, 'transformRequest');
  const { responseParser: _old, ...settings } = config;
  return {
    kind: 'http',
    config: {
      ...settings,
      ...(url !== undefined && { url }),
      ...(transformResponse !== undefined && { transformResponse }),
      ...(transformRequest !== undefined && { transformRequest }),
    },
  };
}

async function scriptKind(
  reading: PromptfooReading,
  id: string,
  { config, place }: KindRequest,
): Promise<Kind | undefined> {
  const { path } = referenceOf(id);
  if (path.endsWith('.py'))
    return refuse(
      reading,
      `The provider "${id}" is a Python program.`,
      `Write exec: python ${path}; its standard output is the answer.`,
      place,
    );
  if (!isJavaScript(path))
    return refuse(
      reading,
      `The provider "${id}" is no JavaScript.`,
      'Write file://<file>.mjs, or exec: with the program.',
      place,
    );
  const script = await scriptFile(reading, id, place);
  return script === undefined ? undefined : { kind: 'script', config: { script, config } };
}
