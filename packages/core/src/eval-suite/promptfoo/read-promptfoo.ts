// `promptfooconfig.yaml` as a suite. What promptfoo would ignore in silence, and what is not run here, is told.
import type { EvalCase, EvalSuite } from '../../formats/eval-suite.ts';
import { hasErrors } from '../../formats/problem.ts';
import { parseJinja, variablesOf } from '../../template/index.ts';
import type { LocatedYaml } from '../located-yaml.ts';
import { isMap, pathIn, readYamlFile, type Fields, type Reading } from '../reading.ts';
import { asEmbedding, assertionReader, embeddingOf } from './assertions.ts';
import { readCases } from './cases.ts';
import { checkTopLevel, runOf } from './config.ts';
import { labelsOf } from './matching-names.ts';
import { readPrompts, type ReadPrompt } from './prompts.ts';
import { promptfooReading, type PromptfooReading } from './promptfoo-reading.ts';
import { readProviders, type ReadProvider } from './providers.ts';
import { resolveReferences } from './references.ts';
import type { WrittenTest } from './tests.ts';

export interface PromptfooOptions {
  readonly compat?: 'promptfoo';
  /** Prompts and providers alone. */
  readonly sidesOnly?: boolean;
}

export async function readPromptfoo(
  base: Reading,
  { value, anchored }: LocatedYaml,
  { compat, sidesOnly = false }: PromptfooOptions,
): Promise<EvalSuite | undefined> {
  if (!isMap(value)) {
    base.say({ code: 'SUITE_INVALID', message: 'The file is no map.', hint: 'Write prompts, providers and tests.' });
    return undefined;
  }
  const resolved = resolveReferences(base, value);
  const reading = promptfooReading(base, value);
  const config = reading.fill(resolved.value) as Fields;
  checkTopLevel(reading, config, { pointedAt: new Set([...anchored, ...resolved.referenced]) });
  const providers = await providersOf(reading, config);
  const prompts = await readPrompts(
    reading,
    config['prompts'] ?? ['{{prompt}}'],
    reading.places.key(config, 'prompts'),
  );
  const sides = withPromptFilters(reading, providers, prompts);
  const { run, isSerial, ...rest } = sidesOnly
    ? { cases: [], run: runOf(reading, config), isSerial: false }
    : await casesOf(reading, config, { prompts, providers });
  if (hasErrors(reading.problems)) return undefined;
  const description = typeof config['description'] === 'string' ? config['description'] : undefined;
  return {
    name: nameOf(reading.file),
    ...(description !== undefined && { description }),
    file: reading.file,
    dialect: 'promptfoo',
    prompts: prompts.map(({ prompt }) => prompt),
    providers: sides,
    policy: { margin: 0.03, repeats: run.repeats ?? 1, minCases: 30 },
    inputs: [...reading.inputs.values()],
    ...(compat !== undefined && { compat }),
    derivedMetrics: metricsOf(reading, config),
    run: isSerial ? { ...run, concurrency: 1 } : run,
    ...rest,
  };
}

async function providersOf(reading: PromptfooReading, config: Fields): Promise<ReadProvider[]> {
  const key = config['providers'] === undefined ? 'targets' : 'providers';
  if (config['providers'] !== undefined && config['targets'] !== undefined)
    reading.say({
      code: 'SUITE_INVALID',
      message: 'Both "providers" and "targets" are given.',
      hint: 'Keep one of the two.',
      place: reading.places.key(config, 'targets'),
    });
  const place = reading.places.key(config, key);
  if (config[key] === undefined) {
    reading.say({
      code: 'SUITE_INVALID',
      message: 'No "providers" are given.',
      hint: 'Add for example providers: [openai:gpt-4o-mini].',
      place,
    });
    return [];
  }
  return readProviders(reading, config[key], place);
}

function withPromptFilters(
  reading: PromptfooReading,
  providers: readonly ReadProvider[],
  prompts: readonly ReadPrompt[],
) {
  const among = prompts.map(({ prompt, names }) => ({ label: prompt.label, names }));
  return providers.map(({ provider, prompts: filters }) =>
    filters === undefined
      ? provider
      : { ...provider, prompts: labelsOf(reading, filters, { key: 'prompts', among, place: provider.place }) },
  );
}

interface Sides {
  readonly prompts: readonly ReadPrompt[];
  readonly providers: readonly ReadProvider[];
}

async function casesOf(reading: PromptfooReading, config: Fields, { prompts, providers }: Sides) {
  const assertions = assertionReader(reading, providers);
  const defaults = await defaultsOf(reading, config);
  const [only, another] = prompts.map(({ prompt }) => (prompt.body.kind === 'text' ? prompt.body.text : ''));
  const read = await readCases(reading, {
    config,
    defaults,
    assertions,
    prompts: prompts.map(({ prompt, names }) => ({ label: prompt.label, names: [...names, prompt.label] })),
    providers: providers.map(({ provider, names }) => ({ label: provider.label, names: [...names, provider.label] })),
    isConversation: prompts.some(looksBack),
    onlyPrompt: another === undefined ? only : undefined,
  });
  if (read.cases.length === 0 && !hasErrors(reading.problems))
    reading.say({
      code: 'SUITE_WITHOUT_CASES',
      message: 'The suite has no cases, so nothing could be wrong.',
      hint: 'Add tests.',
      place: reading.places.key(config, 'tests'),
    });
  const { judge, embedding } = await defaultModels(reading, { defaults, read: assertions.judgeOf });
  const cases: readonly EvalCase[] = read.cases;
  return {
    cases,
    run: runOf(reading, config),
    isSerial: read.isSerial,
    ...(judge !== undefined && { judge }),
    ...(embedding !== undefined && { embedding }),
  };
}

async function defaultsOf(reading: PromptfooReading, config: Fields): Promise<WrittenTest | undefined> {
  const written = config['defaultTest'];
  if (written === undefined || written === null) return undefined;
  const place = reading.places.value(config, 'defaultTest') ?? { file: reading.file };
  if (isMap(written)) return { fields: written, file: reading.file, place };
  const path =
    typeof written === 'string' && written.startsWith('file://')
      ? pathIn(reading, reading.file, written.slice('file://'.length), place)
      : undefined;
  const read = path === undefined ? undefined : await readYamlFile(reading, path, { role: 'suite', place });
  const value = read === undefined ? undefined : reading.fill(resolveReferences(reading, read.value).value);
  if (path !== undefined && isMap(value))
    return { fields: value, file: path, place: reading.places.of(value) ?? place };
  reading.say({
    code: 'SUITE_INVALID',
    message: '"defaultTest" is no test.',
    hint: 'Give a map, or file://<file>.yaml.',
    place,
  });
  return undefined;
}

interface DefaultModels {
  readonly defaults: WrittenTest | undefined;
  read(written: unknown, place: undefined): Promise<EvalSuite['judge']>;
}

/** `options.provider` of the defaults: one model, or `{text: …, embedding: …}`. */
async function defaultModels(
  reading: PromptfooReading,
  { defaults, read }: DefaultModels,
): Promise<Pick<EvalSuite, 'judge' | 'embedding'>> {
  const options = defaults?.fields['options'];
  const written = isMap(options) ? options['provider'] : undefined;
  if (written === undefined || written === null || hasErrors(reading.problems)) return {};
  const given = embeddingOf(written);
  const onlyEmbeds = given !== undefined && isMap(written) && written['text'] === undefined;
  const judge = onlyEmbeds ? undefined : await read(written, undefined);
  const embedding = given === undefined ? undefined : asEmbedding(await read(given, undefined));
  return { ...(judge !== undefined && { judge }), ...(embedding !== undefined && { embedding }) };
}

function looksBack({ prompt: { body } }: ReadPrompt): boolean {
  const text = body.kind === 'text' ? body.text : JSON.stringify(body.messages);
  if (!text.includes('_conversation')) return false;
  const parsed = parseJinja(text, { file: '' });
  return 'problem' in parsed || variablesOf(parsed.value).some(({ name }) => name === '_conversation');
}

function metricsOf(reading: PromptfooReading, config: Fields): EvalSuite['derivedMetrics'] {
  const written = config['derivedMetrics'];
  const items: readonly unknown[] = Array.isArray(written) ? written : [];
  return items.flatMap((item) => {
    if (isMap(item) && typeof item['name'] === 'string' && typeof item['value'] === 'string')
      return [{ name: item['name'], value: item['value'] }];
    const place = reading.places.of(item) ?? reading.places.key(config, 'derivedMetrics');
    reading.say({
      code: 'SUITE_INVALID',
      message: 'A derived metric needs a name and a formula.',
      hint: 'Write {name: f1, value: "2 * p * r / (p + r)"}.',
      place,
    });
    return [];
  });
}

/** The folder names a suite whose file is called as every other one. */
function nameOf(file: string): string {
  const parts = file.split('/');
  const stem = (parts.at(-1) ?? file).replace(/\.(?:ya?ml|json)$/, '');
  const folder = parts.at(-2);
  return /^promptfooconfig$/.test(stem) && folder !== undefined
    ? folder
    : stem.replace(/^promptfooconfig\./, '').replace(/\.promptfooconfig$/, '');
}
