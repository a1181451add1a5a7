// The providers of an `*.eval.yml`: written as everywhere, with settings in plain words.
import type { EvalPlace, EvalProvider } from '../../formats/eval-suite.ts';
import type { PromptfooReading } from '../promptfoo/promptfoo-reading.ts';
import { checkListPrices } from '../list-price-sellers.ts';
import { readProvider } from '../promptfoo/providers.ts';
import { modelProvider } from '../prompt-yml.ts';
import { isMap, type Fields } from '../reading.ts';

export interface EvalYmlProviderRead {
  readonly provider: EvalProvider;
  readonly prompts?: readonly string[];
}

export async function readEvalProviders(
  reading: PromptfooReading,
  suite: Fields,
): Promise<readonly EvalYmlProviderRead[]> {
  const list = suite['providers'];
  const items: readonly unknown[] = Array.isArray(list)
    ? list
    : suite['provider'] === undefined
      ? []
      : [suite['provider']];
  const found: EvalYmlProviderRead[] = [];
  const used = new Set<string>();
  for (const [index, item] of items.entries()) {
    const place = Array.isArray(list) ? reading.places.value(list, index) : reading.places.value(suite, 'provider');
    const one = await readOneProvider(reading, item, place);
    if (one === undefined) continue;
    if (used.has(one.provider.label))
      reading.say({
        code: 'SUITE_INVALID',
        message: `Two providers are called "${one.provider.label}".`,
        hint: 'Give each a label of its own.',
        place,
      });
    used.add(one.provider.label);
    found.push(one);
  }
  return found;
}

export async function readOneProvider(
  reading: PromptfooReading,
  written: unknown,
  place: EvalPlace | undefined,
): Promise<EvalYmlProviderRead | undefined> {
  const options = isMap(written) ? written : { id: written };
  const { id, label, prompts, transform, parameters } = options;
  if (typeof id !== 'string') return undefined;
  const config = settingsOf(reading, options, place);
  const filters = Array.isArray(prompts) ? prompts.filter((item) => typeof item === 'string') : undefined;
  const rest = { ...(filters !== undefined && { prompts: filters }) };
  if (!id.includes(':') && !['echo', 'http', 'https'].includes(id)) {
    if (isMap(parameters)) checkListPrices(reading, parameters);
    const { apiBaseUrl: baseUrl, apiKeyEnvar: apiKeyEnv, ...others } = config;
    const own = { ...others, ...(baseUrl !== undefined && { baseUrl }), ...(apiKeyEnv !== undefined && { apiKeyEnv }) };
    const provider = modelProvider(id, place ?? { file: reading.file });
    const { apiBaseUrl: address, headers } = reading.asWritten(config);
    const reached = { ...(typeof address === 'string' && { address }), ...(isMap(headers) && { headers }) };
    return {
      provider: {
        ...provider,
        config: own,
        ...(Object.keys(reached).length > 0 && { reached }),
        ...(typeof label === 'string' && { label }),
      },
      ...rest,
    };
  }
  const asThere: Record<string, unknown> = {
    id,
    config:
      isHttp(id) && isMap(parameters)
        ? { ...parameters, ...(options['headers'] !== undefined && { headers: options['headers'] }) }
        : config,
    ...(label !== undefined && { label }),
    ...(transform !== undefined && { transform }),
    ...(options['delay-ms'] !== undefined && { delay: options['delay-ms'] }),
  };
  if (isMap(written)) reading.places.copy(written, asThere);
  if (isMap(parameters) && asThere['config'] !== config) reading.places.copy(parameters, asThere['config'] as Fields);
  const [read] = await readProvider(reading, asThere, place);
  return read === undefined ? undefined : { provider: read.provider, ...rest };
}

const isHttp = (id: string): boolean => /^https?(?::|$)/.test(id);

const otherNames = { 'base-url': 'apiBaseUrl', 'api-key-env': 'apiKeyEnvar', headers: 'headers' };

/** Settings under the names that promptfoo has for them; each stands where it is written. */
function settingsOf(reading: PromptfooReading, options: Fields, place: EvalPlace | undefined): Fields {
  const { parameters } = options;
  const { places } = reading;
  const given = Object.entries(otherNames).filter(([key]) => options[key] !== undefined);
  const own = isMap(parameters) ? Object.keys(parameters) : [];
  const config: Fields = {
    ...(isMap(parameters) && parameters),
    ...Object.fromEntries(given.map(([key, name]) => [name, options[key]])),
  };
  const self = places.of(parameters) ?? place ?? { file: reading.file };
  const placesBy = (kind: 'key' | 'value') =>
    new Map([
      ...own.map((name) => [name, places[kind](parameters, name) ?? self] as const),
      ...given.map(([key, name]) => [name, places[kind](options, key) ?? self] as const),
    ]);
  places.noteAll(config, { self, keys: placesBy('key'), values: placesBy('value') });
  return config;
}
