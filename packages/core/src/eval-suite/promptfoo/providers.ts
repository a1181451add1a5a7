// `providers` of a config: models, endpoints, programs and scripts, in any of the ways they are written there.
import type { EvalPlace, EvalProvider } from '../../formats/eval-suite.ts';
import { checkKeys, isMap, list, map, member, number, pathIn, readYamlFile, text, type Fields } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { kindOf } from './provider-kinds.ts';
import { scriptAt } from './scripts.ts';

/** What a provider is called in filters: `label`, `id`. */
export interface ReadProvider {
  readonly provider: EvalProvider;
  readonly names: readonly string[];
  /** Filters of prompts, as written. */
  readonly prompts?: readonly string[];
}

const providerKeys = ['id', 'label', 'config', 'prompts', 'transform', 'delay', 'env', 'inputs'];

export async function readProviders(
  reading: PromptfooReading,
  written: unknown,
  place?: EvalPlace,
): Promise<ReadProvider[]> {
  const items: readonly unknown[] = Array.isArray(written) ? written : [written];
  const found: ReadProvider[] = [];
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    // The same provider twice is one column, as in promptfoo.
    const key = JSON.stringify(item);
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(...(await readProvider(reading, item, reading.places.value(written, index) ?? place)));
  }
  return withOwnLabels(found);
}

/** One provider as it is written anywhere: at the top, in a test's options, or for a judge. */
export async function readProvider(
  reading: PromptfooReading,
  written: unknown,
  place: EvalPlace | undefined,
): Promise<readonly ReadProvider[]> {
  if (typeof written === 'string') {
    if (/^file:\/\/.*\.(?:ya?ml|json)$/.test(written)) return readProviderFile(reading, written, place);
    return one(await makeProvider(reading, { id: written, options: {}, place }));
  }
  if (!isMap(written)) {
    reading.say({
      code: 'PROVIDER_INVALID',
      message: 'This is no provider.',
      hint: 'Write its name, as in openai:gpt-4o-mini, or a map with "id".',
      place,
    });
    return [];
  }
  if (typeof written['id'] === 'string')
    return one(await makeProvider(reading, { id: written['id'], options: written, place }));
  const [entry, another] = Object.entries(written);
  if (entry !== undefined && another === undefined && (isMap(entry[1]) || entry[1] === null)) {
    const options = isMap(entry[1]) ? entry[1] : {};
    const id = typeof options['id'] === 'string' ? options['id'] : entry[0];
    return one(await makeProvider(reading, { id: entry[0], shownAs: id, options, place }));
  }
  reading.say({
    code: 'PROVIDER_INVALID',
    message: 'A provider has no "id".',
    hint: 'Add for example id: openai:gpt-4o-mini.',
    place,
  });
  return [];
}

const one = (provider: ReadProvider | undefined): readonly ReadProvider[] => (provider === undefined ? [] : [provider]);

async function readProviderFile(
  reading: PromptfooReading,
  written: string,
  place: EvalPlace | undefined,
): Promise<readonly ReadProvider[]> {
  const path = pathIn(reading, reading.file, written.slice('file://'.length), place);
  if (path === undefined) return [];
  const read = await readYamlFile(reading, path, { role: 'suite', place });
  if (read === undefined) return [];
  const filled = reading.fill(read.value);
  const items: readonly unknown[] = Array.isArray(filled) ? filled : [filled];
  const found: ReadProvider[] = [];
  for (const item of items) {
    if (typeof item === 'string' && item.startsWith('file://')) {
      reading.say({
        code: 'PROVIDER_INVALID',
        message: `"${path}" leads on to another file.`,
        hint: 'Write the provider into it.',
        place,
      });
      continue;
    }
    found.push(...(await readProvider(reading, item, reading.places.of(item) ?? { file: path })));
  }
  return found;
}

interface WrittenProvider {
  readonly id: string;
  readonly shownAs?: string;
  readonly options: Fields;
  readonly place: EvalPlace | undefined;
}

async function makeProvider(
  reading: PromptfooReading,
  { id, shownAs = id, options, place = { file: reading.file } }: WrittenProvider,
): Promise<ReadProvider | undefined> {
  checkKeys(reading, options, { known: providerKeys, what: 'a provider' });
  if (options['inputs'] !== undefined)
    reading.say({
      code: 'PROVIDER_UNSUPPORTED',
      message: 'A provider with several "inputs" is not supported.',
      hint: 'Write one prompt that holds them all.',
      place: reading.places.key(options, 'inputs'),
    });
  const config = member(reading, options, 'config', map) ?? {};
  const environment = member(reading, options, 'env', map) ?? {};
  const kind = await kindOf(reading, { id, config, environment, place });
  if (kind === undefined) return undefined;
  const label = member(reading, options, 'label', text) ?? shownAs;
  const prompts = member(reading, options, 'prompts', list)?.filter((item) => typeof item === 'string');
  const delay = member(reading, options, 'delay', number);
  const transform = await scriptAt(reading, options, 'transform');
  return {
    names: [...new Set([label, shownAs])],
    ...(prompts !== undefined && { prompts }),
    provider: {
      id: shownAs,
      label,
      ...kind,
      ...(transform !== undefined && { transform }),
      ...(delay !== undefined && { delayMs: delay }),
      place,
    },
  };
}

/** Two columns of one name would be paired with each other's past. */
function withOwnLabels(read: readonly ReadProvider[]): ReadProvider[] {
  const used = new Set<string>();
  return read.map((item) => {
    const { label: wanted } = item.provider;
    let label = wanted;
    for (let copy = 2; used.has(label); copy++) label = `${wanted} (${copy})`;
    used.add(label);
    return label === wanted ? item : { ...item, provider: { ...item.provider, label } };
  });
}
