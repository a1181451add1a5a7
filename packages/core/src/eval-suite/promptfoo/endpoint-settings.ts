// Settings of a model's endpoint: what reaches the request, under the names that the endpoint knows, and how it is
// reached. What promptfoo would leave out of a request is told.
import type { EvalProvider } from '../../formats/eval-suite.ts';
import { environmentName, onlyEnvironmentName } from '../environment.ts';
import { checkListPrices } from '../list-price-sellers.ts';
import { checkKeys, isMap, type Fields } from '../reading.ts';
import { connectionSettings, modelParameters, ownParameters, withoutEffect, type Endpoint } from './endpoints.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import type { KindRequest } from './provider-kinds.ts';

export interface Asked {
  readonly endpoint: Endpoint;
  readonly scheme: string;
  readonly model: string;
  /** Names under which promptfoo's other APIs know a setting: `max_output_tokens` for `max_completion_tokens`. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Read by whoever asks, and no part of the request by themselves. */
  readonly also?: readonly string[];
}

/** Settings flat, as the endpoint takes them; what only promptfoo calls so under the names that Pawl has. */
export function endpointSettings(
  reading: PromptfooReading,
  { endpoint, scheme, model, renamed = {}, also = [] }: Asked,
  request: KindRequest,
): Record<string, unknown> {
  const { config, environment } = request;
  const parameters = [...modelParameters, ...(ownParameters[scheme] ?? [])];
  const headed = scheme === 'portkey' ? Object.keys(config).filter((name) => name.startsWith('portkey')) : [];
  checkKeys(reading, config, {
    known: [...parameters, ...connectionSettings, ...withoutEffect, ...Object.keys(renamed), ...also, ...headed],
    what: 'the config of a provider',
  });
  checkListPrices(reading, config);
  const own = environment[endpoint.apiKeyEnv ?? ''];
  const named = typeof own === 'string' ? onlyEnvironmentName(own) : undefined;
  const apiKeyEnv = keyNameOf(reading, config) ?? named ?? endpoint.apiKeyEnv;
  const baseUrl = addressOf(config, environment) ?? endpoint.baseUrl;
  const headers = headersOf(config, scheme);
  const given = Object.entries(config).flatMap(([name, value]): readonly [string, unknown][] =>
    Object.hasOwn(renamed, name)
      ? [[renamed[name] as string, value]]
      : parameters.includes(name)
        ? [[name, value]]
        : [],
  );
  const prices = ['cost', 'inputCost', 'outputCost', 'listPrices', 'timeout', 'maxRetries'].filter(
    (name) => config[name] !== undefined,
  );
  return {
    ...withoutRefused(reading, Object.fromEntries(given), { ...request, model }),
    ...(isMap(config['passthrough']) && config['passthrough']),
    ...Object.fromEntries(prices.map((name) => [name, config[name]])),
    baseUrl,
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}

/** How it is reached, as the suite writes it: the same on every machine, and no address where the scheme gives it. */
export function reachedAsWritten(
  reading: PromptfooReading,
  { endpoint, scheme }: Pick<Asked, 'endpoint' | 'scheme'>,
  { config, environment }: KindRequest,
): NonNullable<EvalProvider['reached']> {
  const written = reading.asWritten(config);
  const address = addressOf(written, environment);
  const headers = headersOf(written, scheme);
  return {
    ...(typeof address === 'string' && address !== endpoint.baseUrl && { address }),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}

export function azureAddress(config: Fields, deployment: string): string | undefined {
  const host = config['apiHost'];
  const written = config['apiBaseUrl'] ?? (typeof host === 'string' ? `https://${host}` : undefined);
  if (typeof written !== 'string') return undefined;
  return `${written.replace(/\/+$/, '').replace(/\/openai$/, '')}/openai/deployments/${encodeURIComponent(deployment)}`;
}

function addressOf(config: Fields, environment: Fields): unknown {
  const host = config['apiHost'];
  return (
    config['apiBaseUrl'] ??
    config['baseUrl'] ??
    config['apiBaseURL'] ??
    config['portkeyApiBaseUrl'] ??
    (typeof host === 'string' ? `https://${host}/v1` : undefined) ??
    Object.entries(environment).find(([name]) => name.endsWith('_BASE_URL'))?.[1]
  );
}

function headersOf(config: Fields, scheme: string): Fields {
  const organization = config['organization'];
  return {
    ...(isMap(config['headers']) && config['headers']),
    ...(typeof organization === 'string' && { 'OpenAI-Organization': organization }),
    ...(scheme === 'portkey' && portkeyHeaders(config)),
  };
}

const reasons = /(?:^|\/)(?:o[134](?:-|$)|gpt-5(?![\w.-]*-chat))/;

/** Models that reason answer these with an error; promptfoo leaves them out, and a suite was written with it. */
function withoutRefused(
  reading: PromptfooReading,
  parameters: Fields,
  { id, model, place }: KindRequest & { readonly model: string },
): Fields {
  const refused = reasons.test(model) ? ['temperature', 'max_tokens'].filter((name) => name in parameters) : [];
  if (refused.length === 0) return parameters;
  reading.say({
    severity: 'warning',
    code: 'PROVIDER_CHANGED',
    message: `"${id}" reasons and takes no ${refused.join(' and no ')}: not sent.`,
    hint: 'Remove it; max_completion_tokens bounds its answers.',
    place,
  });
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !refused.includes(name)));
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
  if (key.length < 16) {
    reading.say({
      code: 'PROVIDER_SECRET',
      severity: 'warning',
      message: 'The API key that stands in the file is not sent.',
      hint: 'Take it out where none is needed; else write apiKeyEnvar with the name of the environment variable that holds it.',
      place: reading.places.value(config, 'apiKey'),
    });
    return undefined;
  }
  reading.say({
    code: 'PROVIDER_SECRET',
    message: 'An API key stands in the file.',
    hint: 'Revoke it, and write apiKeyEnvar with the name of the environment variable that holds the new one.',
    place: reading.places.value(config, 'apiKey'),
  });
  return undefined;
}

/** `portkeyTraceId` is `x-portkey-trace-id`, as for every setting that begins so. */
function portkeyHeaders(config: Fields): Fields {
  const given = Object.entries(config).filter(
    ([name, value]) => name.startsWith('portkey') && name !== 'portkeyApiBaseUrl' && (value ?? undefined) !== undefined,
  );
  return {
    'x-portkey-api-key': '{{env.PORTKEY_API_KEY}}',
    ...Object.fromEntries(
      given.map(([name, value]) => [
        `x-portkey-${name
          .slice('portkey'.length)
          .replace(/([a-z])([A-Z])/g, '$1-$2')
          .toLowerCase()}`,
        typeof value === 'object' ? JSON.stringify(value) : String(value),
      ]),
    ),
  };
}
