// What a provider is, told by its id: an endpoint like OpenAI's, another one, a program, a script, or none we reach.
import { didYouMean, nearest } from '../../formats/did-you-mean.ts';
import type { EvalPlace, EvalProvider } from '../../formats/eval-suite.ts';
import { checkKeys, isMap, pathIn, type Fields } from '../reading.ts';
import { azureAddress, endpointSettings, reachedAsWritten } from './endpoint-settings.ts';
import { embeddingSettings, httpSettings, instead, onlyChats, openAiEndpoints, type Endpoint } from './endpoints.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { pythonKind } from './python-provider.ts';
import { isJavaScript, isPython, referenceOf, scriptAt, scriptFile } from './scripts.ts';
import { withFiles } from './settings-files.ts';

export type Kind = Pick<EvalProvider, 'kind' | 'model' | 'config' | 'reached'>;

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
  if (scheme === 'python') return pythonKind(reading, rest.join(':'), request);
  if (id.startsWith('file://')) return scriptKind(reading, id, request);
  if (scheme === 'http' || scheme === 'https') return httpKind(reading, request);
  if (scheme === 'anthropic') return anthropicKind(reading, rest, request);
  if (scheme === 'azure' || scheme === 'azureopenai') return azureKind(reading, rest, request);
  const endpoint = openAiEndpoints[scheme];
  if (endpoint !== undefined && rest.join('') === '')
    return refuse(reading, `The provider "${id}" names no model.`, `Write ${scheme}:<model>.`, place);
  if (endpoint !== undefined && onlyChats[scheme]?.test(id) !== false)
    return openAiKind(reading, { scheme, rest, endpoint }, request);
  const known = [
    ...Object.keys(openAiEndpoints),
    'azure',
    'anthropic',
    'http',
    'https',
    'exec',
    'echo',
    'python',
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
/** What chat completions call them. */
const responsesNames = { max_output_tokens: 'max_completion_tokens' };
const otherNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  google: { maxOutputTokens: 'max_tokens', topP: 'top_p', stopSequences: 'stop' },
  ollama: { num_predict: 'max_tokens' },
};

function openAiKind(
  reading: PromptfooReading,
  { scheme, rest, endpoint }: Named,
  request: KindRequest,
): Kind | undefined {
  const { id, place } = request;
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
  if (scheme === 'google')
    reading.say({
      severity: 'warning',
      code: 'PROVIDER_CHANGED',
      message: `"${id}" is asked at Gemini’s address for chat completions, with the key in ${endpoint.apiKeyEnv}.`,
      hint: 'Write apiKeyEnvar where the key has another name.',
      place,
    });
  const renamed = form === 'responses' ? responsesNames : (otherNames[scheme] ?? {});
  const settings = endpointSettings(reading, { endpoint, scheme, model, renamed }, request);
  const reached = reachedAsWritten(reading, { endpoint, scheme }, request);
  if (form === 'responses' && isMap(settings['reasoning'])) {
    const { reasoning, ...others } = settings;
    const effort = isMap(reasoning) ? reasoning['effort'] : undefined;
    const config = { ...others, ...(effort !== undefined && { reasoning_effort: effort }) };
    return { kind: 'openai', model, config, reached };
  }
  if (named && form.startsWith('embedding'))
    return { kind: 'openai', model, config: { ...settings, endpoint: 'embeddings' }, reached };
  return { kind: form === 'completion' && named ? 'openai-completion' : 'openai', model, config: settings, reached };
}

function azureKind(reading: PromptfooReading, rest: readonly string[], request: KindRequest): Kind | undefined {
  const { id, config, place } = request;
  const [form = '', ...more] = rest;
  const deployment = more.length > 0 ? more.join(':') : form;
  if (more.length > 0 && !['chat', 'completion', 'responses', 'embedding', 'embeddings'].includes(form))
    return refuse(reading, `The provider "${id}" is not supported.`, 'Write azure:chat:<deployment>.', place);
  const baseUrl = azureAddress(config, deployment);
  const address = azureAddress(reading.asWritten(config), deployment);
  if (baseUrl === undefined || address === undefined)
    return refuse(reading, `"${id}" has no host.`, 'Add config.apiHost, as in my-resource.openai.azure.com.', place);
  const endpoint = { baseUrl, apiKeyEnv: 'AZURE_API_KEY' };
  const settings = endpointSettings(reading, { endpoint, scheme: 'azure', model: deployment }, request);
  return {
    kind: form === 'completion' ? 'openai-completion' : 'openai',
    model: deployment,
    config: { ...settings, baseUrl, azure: true, apiVersion: config['apiVersion'] ?? '2024-12-01-preview' },
    reached: { ...reachedAsWritten(reading, { endpoint, scheme: 'azure' }, request), address },
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
    return refuse(
      reading,
      `The provider "${id}" is not supported.`,
      /agent-sdk|claude-code/.test(form)
        ? 'An agent that uses tools by itself is a program: write exec: with a script that runs it.'
        : 'Write anthropic:messages:<model>.',
      place,
    );
  const endpoint = { baseUrl: 'https://api.anthropic.com', apiKeyEnv: 'ANTHROPIC_API_KEY' };
  const asked = { endpoint, scheme: 'anthropic', model, also: ['beta', 'effort', 'output_format', 'extra_body'] };
  const settings = endpointSettings(reading, asked, request);
  const reached = reachedAsWritten(reading, asked, request);
  const { headers = reached.headers } = anthropicOwn(reading.asWritten(request.config), reached.headers);
  return {
    kind: 'anthropic',
    model,
    config: { ...settings, ...anthropicOwn(request.config, settings['headers']) },
    reached: { ...reached, ...(isMap(headers) && { headers }) },
  };
}

/** What the Messages API has elsewhere than promptfoo: in a header, and under `output_config`. */
function anthropicOwn({ beta, effort, output_format: format, extra_body: extra }: Fields, headers: unknown): Fields {
  const output = { ...(effort !== undefined && { effort }), ...(isMap(format) && { format }) };
  return {
    ...(isMap(extra) && extra),
    ...(Object.keys(output).length > 0 && { output_config: output }),
    ...(Array.isArray(beta) && { headers: { ...(isMap(headers) && headers), 'anthropic-beta': beta.join(',') } }),
  };
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
  const { responseParser: _old, ...settings } = await withFiles(reading, config, ['body', 'request']);
  const address = reading.asWritten(config)['url'];
  return {
    kind: 'http',
    config: {
      ...settings,
      ...(url !== undefined && { url }),
      ...(transformResponse !== undefined && { transformResponse }),
      ...(transformRequest !== undefined && { transformRequest }),
    },
    ...(typeof address === 'string' && address !== url && { reached: { address } }),
  };
}

async function scriptKind(reading: PromptfooReading, id: string, request: KindRequest): Promise<Kind | undefined> {
  const { config, place } = request;
  const { path } = referenceOf(id);
  if (isPython(path)) return pythonKind(reading, id, request);
  if (!isJavaScript(path))
    return refuse(
      reading,
      `The provider "${id}" is no JavaScript and no Python.`,
      'Write file://<file>.mjs or file://<file>.py, or exec: with the program.',
      place,
    );
  const script = await scriptFile(reading, { written: id, called: 'call_api' }, place);
  return script === undefined ? undefined : { kind: 'script', config: { script, config } };
}
