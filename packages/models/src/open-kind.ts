// From a provider as a suite writes it to one that answers: where it is, with which key, at what price.
import { createHash } from 'node:crypto';
import { digestOf, programEnvironment, type EvalProvider, type ModelProvider, type ScriptRunner } from '@pawl/core';
import type { ProviderSettings } from '@pawl/core/prompt-regression';
import { anthropicProvider } from './anthropic-provider.ts';
import type { Connection } from './call-endpoint.ts';
import { numberSetting, textSetting, type SecretFiller } from './config-values.ts';
import { echoProvider } from './echo-provider.ts';
import { execProvider } from './exec-provider.ts';
import { httpProvider } from './http-provider.ts';
import { isMap } from './json-member.ts';
import { listPricesAt } from './list-prices.ts';
import { openAiProvider, type OpenAiOptions } from './openai-provider.ts';
import type { Pacer } from './pacer.ts';
import { openPython, pythonId } from './python-provider.ts';
import { readsTargets } from './route.ts';
import type { Prices } from './reply.ts';
import type { Rendered } from './request-template.ts';
import { isScriptFile } from './script-answer.ts';
import { scriptProvider } from './script-provider.ts';

export interface OpenKind {
  readonly provider: EvalProvider;
  readonly settings: ProviderSettings;
  readonly filler: SecretFiller;
  readonly scripts?: ScriptRunner;
  /** The one of that endpoint, shared by all who ask it. */
  readonly pacer: (endpoint: string) => Pacer;
  /** Where programs run. */
  readonly folder: () => Promise<string>;
  readonly environment: (name: string) => string | undefined;
}

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** How a provider is reached says nothing of what it is asked: with these changed its recordings still hold. */
const unasked = new Set([
  'headers',
  'timeout',
  'timeoutMs',
  'maxRetries',
  'retries',
  'cost',
  'inputCost',
  'outputCost',
]);

/** Who asks, in which form, and what one request is called; any other header may choose who answers. */
const askers = new RegExp(
  `^(?:${[
    'authorization|proxy-authorization|cookie|(?:x-)?api-key|x-portkey-api-key|openai-(?:organization|project)',
    'user-agent|(?:http-)?referer|origin|x-title|content-(?:type|length)|accept|accept-(?:encoding|charset)',
    'connection|cache-control|pragma|idempotency-key|traceparent|tracestate|baggage|.*(?:trace|request)-id',
  ].join('|')})$`,
  'i',
);

/**
 * Part of a cassette's key, known without opening anything. Another address and another header may be another model, which
 * must not answer by what this one said; both are as the suite writes them, by the names of variables, and what the scheme
 * itself gives is no part: a plain suite's recordings hold on every machine.
 */
export function providerIdOf(provider: EvalProvider): string {
  const { kind, id, config } = provider;
  if (kind === 'exec') return `exec:${textSetting(config, 'command') ?? id.replace(/^exec:\s*/, '')}`;
  if (kind === 'python') return pythonId(config, sha256);
  if (kind === 'script') return id;
  const reached = provider.reached ?? {};
  const given = Object.entries(reached.headers ?? (isMap(config['headers']) ? config['headers'] : {}));
  const headers = Object.fromEntries(given.filter(([name]) => !askers.test(name)));
  const headed = Object.keys(headers).length === 0 ? {} : { headers };
  if (kind === 'http') {
    const { address } = reached;
    return `http:${shortDigest({ ...askedOf(config), ...(address !== undefined && { url: address }), ...headed })}`;
  }
  const written = provider.reached === undefined ? textSetting(config, 'baseUrl', 'apiBaseUrl') : reached.address;
  const baseUrl = written === defaults[kind]?.baseUrl ? undefined : written;
  const own = { ...(baseUrl !== undefined && { baseUrl }), ...headed };
  return Object.keys(own).length === 0 ? kind : `${kind}:${shortDigest(own)}`;
}

/** What recordings were once kept under, without a word of headers or of the address as written: no answer of them is used. */
export function formerIdOf({ kind, config }: EvalProvider): string {
  return kind === 'http' ? `http:${shortDigest(askedOf(config))}` : kind;
}

const askedOf = (config: EvalProvider['config']): EvalProvider['config'] =>
  Object.fromEntries(Object.entries(config).filter(([name]) => !unasked.has(name)));

const shortDigest = (value: object): string => digestOf(value, sha256).slice('sha256:'.length, 'sha256:'.length + 16);

/** @returns a failure when the settings make no provider; undefined when there is nobody to ask */
export async function openKind(opening: OpenKind): Promise<Rendered<ModelProvider> | undefined> {
  const { provider, settings, filler, scripts } = opening;
  const { config, kind } = provider;
  if (config['endpoint'] === 'embeddings') return { failure: `"${provider.id}" gives vectors, and no answers.` };
  if (kind === 'echo') return { value: echoProvider() };
  if (kind === 'script') {
    const script = config['script'];
    if (!isScriptFile(script)) return { failure: `The provider "${provider.id}" has no script.` };
    if (scripts === undefined) return { failure: `"${provider.id}" is a script, and scripts cannot be run here.` };
    return { value: scriptProvider({ provider, script, scripts }) };
  }
  if (kind === 'exec') return openExec(opening);
  if (kind === 'python') return openPython(opening);
  if (kind === 'http') {
    const endpoint = URL.parse(textSetting(config, 'url') ?? '')?.origin ?? provider.id;
    const connection = connectionOf(opening, endpoint);
    const id = providerIdOf(provider);
    const opened = await httpProvider({
      provider,
      id,
      filler,
      ...connection,
      ...(scripts !== undefined && { scripts }),
    });
    return 'failure' in opened
      ? { failure: `The provider "${provider.id}" cannot be asked: ${opened.failure}.` }
      : opened;
  }
  const baseUrl = filler.fill(
    settings.baseUrl ?? textSetting(config, 'baseUrl', 'apiBaseUrl') ?? defaults[kind]?.baseUrl ?? '',
  );
  if (baseUrl === '') return undefined;
  const scheme = URL.parse(baseUrl)?.protocol;
  if (scheme !== 'https:' && scheme !== 'http:') {
    const where = settings.baseUrl === undefined ? `The address of "${provider.id}"` : 'The input "base-url"';
    return { failure: `${where} is "${baseUrl}", which is no http or https URL.` };
  }
  const given = endpointOptions(opening, baseUrl);
  const own = given.prices !== undefined || settings.gateway !== undefined;
  const listPrices = own ? undefined : await listPricesAt(baseUrl, config['listPrices']);
  const options = { ...given, ...(listPrices !== undefined && { listPrices }) };
  if (kind === 'anthropic') return { value: anthropicProvider(options) };
  return { value: underTest(openAiProvider(options), settings) };
}

/** A gateway that is under test is started when the first answer is needed, and its route is read by its configuration. */
function underTest(provider: ModelProvider, { gateway }: ProviderSettings): ModelProvider {
  if (gateway === undefined) return provider;
  const { ready, config } = gateway;
  const told = config === undefined ? undefined : readsTargets(config);
  return {
    ...provider,
    complete: async (request) => {
      const reply = (await ready?.()) ?? (await provider.complete(request));
      // What answered in the name of a gateway that has ended was another program.
      const gone = 'failure' in reply ? undefined : await ready?.();
      if (gone !== undefined) return gone;
      const known = 'failure' in reply || told === undefined || reply.route === undefined;
      return known ? reply : { ...reply, route: told(reply.route) };
    },
  };
}

const defaults: Readonly<Partial<Record<EvalProvider['kind'], { baseUrl: string; apiKeyEnv: string }>>> = {
  anthropic: { baseUrl: 'https://api.anthropic.com', apiKeyEnv: 'ANTHROPIC_API_KEY' },
};

/** What the OpenAI-like kinds and Anthropic's have in common. */
export function endpointOptions(opening: OpenKind, baseUrl: string): OpenAiOptions {
  const { provider, settings, filler } = opening;
  const { config, kind } = provider;
  const keyName = settings.apiKeyEnv ?? textSetting(config, 'apiKeyEnv', 'apiKeyEnvar') ?? defaults[kind]?.apiKeyEnv;
  const apiKey = filler.named(keyName);
  const { gateway } = settings;
  const given = {
    ...filler.headers(config['headers']),
    // On one line, as a header must be.
    ...(gateway?.config !== undefined && { 'x-portkey-config': filler.fill(oneLine(gateway.config)) }),
  };
  const host = URL.parse(baseUrl)?.hostname ?? '';
  // Portkey takes a bearer token for the key of the provider behind it; its own has a header of its own.
  const portkey = keyName === 'PORTKEY_API_KEY' && apiKey !== undefined;
  const headers = portkey ? { 'x-portkey-api-key': apiKey, ...given } : given;
  const azure = config['azure'] === true || /\.(?:openai\.azure|cognitiveservices\.azure)\.com$/.test(host);
  const apiVersion = textSetting(config, 'apiVersion');
  const prices = settings.prices ?? pricesOf(config);
  return {
    baseUrl,
    ...connectionOf(opening, `${baseUrl} ${keyName ?? ''}`),
    api: kind === 'openai-completion' ? 'completions' : 'chat',
    stream: settings.stream ?? config['stream'] === true,
    headers,
    secrets: filler.secrets,
    ...(gateway !== undefined && { gateway: gateway.kind }),
    ...(apiKey !== undefined && !portkey && { apiKey }),
    ...(azure && { keyHeader: 'api-key' }),
    ...(apiVersion !== undefined && azure && { query: { 'api-version': apiVersion } }),
    ...(prices !== undefined && { prices }),
  };
}

/** Without line breaks inside of texts: JSON has none. */
const oneLine = (json: string): string => json.replace(/\s*\n\s*/g, ' ').trim();

function connectionOf({ provider, settings, pacer }: OpenKind, endpoint: string): Connection {
  const { config } = provider;
  const retries = numberSetting(config, 'maxRetries', 'retries');
  return {
    timeoutMs: numberSetting(config, 'timeoutMs', 'timeout') ?? settings.timeoutMs,
    pacer: pacer(endpoint),
    ...(settings.signal !== undefined && { signal: settings.signal }),
    ...(retries !== undefined && { retries }),
  };
}

/** USD for a million tokens; suites write prices for one. */
function pricesOf(config: EvalProvider['config']): Prices | undefined {
  const prices = config['prices'];
  if (isMap(prices) && typeof prices['prompt'] === 'number' && typeof prices['completion'] === 'number')
    return { prompt: prices['prompt'], completion: prices['completion'] };
  const prompt = numberSetting(config, 'inputCost', 'cost');
  const completion = numberSetting(config, 'outputCost', 'cost');
  return prompt === undefined || completion === undefined
    ? undefined
    : { prompt: prompt * 1_000_000, completion: completion * 1_000_000 };
}

async function openExec({
  provider,
  settings,
  filler,
  folder,
  environment,
}: OpenKind): Promise<Rendered<ModelProvider>> {
  const { config } = provider;
  const command = filler.fill(textSetting(config, 'command') ?? provider.id.replace(/^exec:\s*/, '')).trim();
  if (command === '') return { failure: `The provider "${provider.id}" names no program.` };
  const env: Record<string, string> = { ...filler.environment(config['env']) };
  for (const name of programEnvironment) {
    const value = environment(name);
    if (value !== undefined) env[name] ??= value;
  }
  const { command: _command, env: _env, ...rest } = config;
  return {
    value: execProvider({
      command,
      env,
      config: rest,
      cwd: await folder(),
      stdin: config['stdin'] === true,
      timeoutMs: numberSetting(config, 'timeoutMs', 'timeout') ?? settings.timeoutMs,
      secrets: filler.secrets,
      ...(settings.concurrency !== undefined && { concurrency: settings.concurrency }),
      ...(settings.signal !== undefined && { signal: settings.signal }),
    }),
  };
}
