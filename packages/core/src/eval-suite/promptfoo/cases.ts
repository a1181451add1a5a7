// Tests, defaults and scenarios to cases: what is asked, how it is judged, and what each is called.
import type { EvalCase, EvalPlace } from '../../formats/eval-suite.ts';
import { nameCases, type Nameable } from '../case-ids.ts';
import { checkKeys, flag, isMap, list, member, number, text, type Fields } from '../reading.ts';
import { withSlices } from '../slices.ts';
import type { AssertionReader } from './assertions.ts';
import { caseLimit, combinations, type Combination } from './expand.ts';
import { layered, mergeScenario, mergeTest, nothing, partOf, type MergedTest, type TestParts } from './merge.ts';
import { allowed, type Named } from './matching-names.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { scriptAt } from './scripts.ts';
import { readTests, varsOf, type WrittenTest } from './tests.ts';
import { readScenarios } from './scenarios.ts';
import { varFiles, type VarFiles } from './var-files.ts';

export interface CasesRequest {
  readonly config: Fields;
  readonly defaults: WrittenTest | undefined;
  readonly assertions: AssertionReader;
  readonly prompts: readonly Named[];
  readonly providers: readonly Named[];
  /** Some prompt looks at the earlier turns. */
  readonly isConversation: boolean;
  readonly onlyPrompt: string | undefined;
}

export interface ReadCases {
  readonly cases: readonly EvalCase[];
  /** Some test asks to be run alone. */
  readonly isSerial: boolean;
}

const testKeys = [
  ...['description', 'vars', 'provider', 'providers', 'prompts', 'providerOutput', 'assert', 'assertScoringFunction'],
  ...['options', 'threshold', 'metadata'],
];
const optionKeys = [
  ...['prefix', 'suffix', 'transform', 'postprocess', 'transformVars', 'storeOutputAs', 'provider', 'rubricPrompt'],
  ...['factuality', 'disableVarExpansion', 'disableConversationVar', 'disableDefaultAsserts', 'runSerially', 'repeat'],
];

export async function readCases(reading: PromptfooReading, request: CasesRequest): Promise<ReadCases> {
  const { config, defaults: written } = request;
  const shared = await sharedParts(reading, config, written);
  const files = varFiles(reading, request.onlyPrompt);
  const cases: Unnamed[] = [];
  const names: Nameable[] = [];
  let isSerial = false;
  const add = async (test: MergedTest): Promise<boolean> => {
    isSerial ||= test.options['runSerially'] === true;
    const variants = await variantsOf(reading, test, cases.length);
    if (variants === undefined) return false;
    if (variants.length > 0) await addCases(reading, { test, variants, request, files, cases, names });
    return true;
  };
  await mergeTests(reading, { config, shared, add });
  for (const [index, id] of nameCases(names).entries()) (cases[index] as Unnamed).id = id;
  return { cases: withSlices(cases), isSerial };
}

interface Merging {
  readonly config: Fields;
  readonly shared: TestParts;
  /** Takes them one after the other, so that all of ten thousand are never held at once. @returns whether there is room for more */
  add(test: MergedTest): Promise<boolean>;
}

/** Tests, then scenarios, each with what it shares with others. */
async function mergeTests(reading: PromptfooReading, { config, shared, add }: Merging): Promise<void> {
  const tests = await readTests(reading, config['tests'], reading.places.key(config, 'tests'));
  for (const test of tests) if (!(await add(mergeTest(test, await partsOf(reading, test), shared)))) return;
  for (const { test, entry, index } of await readScenarios(
    reading,
    config['scenarios'],
    reading.places.key(config, 'scenarios'),
  )) {
    const parts = { test: await partsOf(reading, test), defaults: shared };
    const scenario = { entry: await partsOf(reading, entry), index };
    if (!(await add(mergeScenario(test, { ...parts, scenario })))) return;
  }
  // A config without tests asks its prompts as they stand, once.
  const alone = { fields: {}, file: reading.file, place: { file: reading.file, line: 1, column: 1 } };
  if (tests.length === 0 && config['scenarios'] === undefined && config['tests'] === undefined)
    await add(mergeTest(alone, nothing, shared));
}

async function sharedParts(
  reading: PromptfooReading,
  config: Fields,
  written: WrittenTest | undefined,
): Promise<TestParts> {
  const parts = written === undefined ? nothing : await partsOf(reading, written);
  // Metadata of the whole config counts only where the default test has none of its own.
  return written?.fields['metadata'] === undefined ? { ...parts, metadata: partOf(config, 'metadata') } : parts;
}

async function partsOf(reading: PromptfooReading, written: WrittenTest): Promise<TestParts> {
  const { fields, file } = written;
  checkKeys(reading, fields, { known: testKeys, what: 'a test' });
  const options = partOf(fields, 'options');
  checkKeys(reading, options, { known: optionKeys, what: 'the options of a test' });
  for (const key of ['options', 'metadata'])
    if (fields[key] !== undefined && fields[key] !== null && !isMap(fields[key]))
      reading.say({
        code: 'SUITE_INVALID',
        message: `"${key}" is no map.`,
        hint: 'Give names with their values.',
        place: reading.places.value(fields, key),
      });
  const assert =
    fields['assert'] === undefined || fields['assert'] === null ? [] : (member(reading, fields, 'assert', list) ?? []);
  return { fields, vars: await varsOf(reading, fields, file), options, metadata: partOf(fields, 'metadata'), assert };
}

async function variantsOf(
  reading: PromptfooReading,
  test: MergedTest,
  used: number,
): Promise<readonly Combination[] | undefined> {
  const place = test.written.place;
  if (test.options['disableVarExpansion'] !== true)
    return combinations(reading, test.vars, { place, used, from: test.written.fields['vars'] });
  if (used < caseLimit) return [{ vars: test.vars }];
  reading.say({
    code: 'TOO_MANY_CASES',
    message: `The suite has more than ${caseLimit} cases.`,
    hint: 'Take a sample of them.',
    place,
  });
  return undefined;
}

/** A case gets its name when all are known. */
type Unnamed = Omit<EvalCase, 'id'> & { id: string };

interface Adding {
  readonly test: MergedTest;
  readonly variants: readonly Combination[];
  readonly request: CasesRequest;
  readonly files: VarFiles;
  readonly cases: Unnamed[];
  readonly names: Nameable[];
}

async function addCases(
  reading: PromptfooReading,
  { test, variants, request, files, cases, names }: Adding,
): Promise<void> {
  const shared = await sharedOf(reading, test, request);
  const { metadata, own, vars: whole } = test;
  const explicit =
    typeof metadata['id'] === 'string' || typeof metadata['id'] === 'number' ? String(metadata['id']) : undefined;
  const content = Object.keys(own).length > 0 ? own : whole;
  for (const { vars, variant } of variants) {
    const loaded = await files.load(vars, shared.place, test.written.fields['vars'] as Fields);
    if (loaded === undefined) continue;
    cases.push({ id: '', ...shared, vars: loaded });
    names.push({
      ...(explicit !== undefined && { explicit }),
      ...(shared.description !== undefined && { description: shared.description }),
      content: isEmpty(content) ? [shared.description ?? '', test.assert] : content,
      ...(variant !== undefined && { variant }),
    });
  }
}

const isEmpty = (fields: Fields): boolean => Object.keys(fields).length === 0;

/** What all cases of one test have. */
async function sharedOf(
  reading: PromptfooReading,
  test: MergedTest,
  request: CasesRequest,
): Promise<Omit<EvalCase, 'id' | 'vars'>> {
  const { options, metadata, written } = test;
  const { place } = written;
  const judge = {
    provider: options['provider'],
    rubricPrompt: options['rubricPrompt'],
    factuality: options['factuality'],
  };
  const assertions = await request.assertions.readAll(test.assert, judge, written.fields);
  const transformKey = options['transform'] === undefined ? 'postprocess' : 'transform';
  const scripted = options[transformKey] !== undefined || options['transformVars'] !== undefined;
  const transform = scripted ? await scriptAt(reading, options, transformKey) : undefined;
  const transformVars = scripted ? await scriptAt(reading, options, 'transformVars') : undefined;
  const scoringFrom = layered(test, 'assertScoringFunction')?.from;
  const scoring = scoringFrom === undefined ? undefined : await scriptAt(reading, scoringFrom, 'assertScoringFunction');
  const threshold = layered(test, 'threshold');
  const limit = threshold === undefined ? undefined : member(reading, threshold.from, 'threshold', number);
  const description = member(reading, layered(test, 'description')?.from ?? {}, 'description', text);
  const repeat = member(reading, options, 'repeat', number);
  const storeOutputAs = member(reading, options, 'storeOutputAs', text);
  const output = layered(test, 'providerOutput')?.value;
  const prompts = allowed(reading, { test, key: 'prompts', among: request.prompts });
  const providers = allowed(reading, { test, key: 'providers', among: request.providers });
  refuseOwnProvider(reading, test, place);
  const speaks = request.isConversation && member(reading, options, 'disableConversationVar', flag) !== true;
  const conversation = speaks ? String(metadata['conversationId'] ?? 'conversation') : undefined;
  const cluster = typeof metadata['cluster'] === 'string' ? metadata['cluster'] : conversation;
  return {
    ...(description !== undefined && { description }),
    assertions,
    ...(limit !== undefined && { threshold: limit }),
    metadata,
    slices: {},
    ...(cluster !== undefined && { cluster }),
    ...textOption(options, 'prefix'),
    ...textOption(options, 'suffix'),
    ...(transform !== undefined && { transform }),
    ...(transformVars !== undefined && { transformVars }),
    ...(scoring !== undefined && { scoring }),
    ...(prompts !== undefined && { prompts }),
    ...(providers !== undefined && { providers }),
    ...(repeat !== undefined && { repeats: repeat }),
    ...(output !== undefined && { output }),
    ...(conversation !== undefined && { conversation }),
    ...(storeOutputAs !== undefined && { storeOutputAs }),
    place,
  };
}

const textOption = (options: Fields, key: 'prefix' | 'suffix'): { prefix?: string } | { suffix?: string } => {
  const value = options[key];
  return typeof value === 'string' && value !== '' ? { [key]: value } : {};
};

function refuseOwnProvider(reading: PromptfooReading, test: MergedTest, place: EvalPlace): void {
  const own = layered(test, 'provider');
  if (own === undefined) return;
  reading.say({
    code: 'TEST_PROVIDER',
    message: 'A test names a provider of its own.',
    hint: 'List it under "providers" of the config, and name it in "providers: [label]" of the test.',
    place: reading.places.value(own.from, 'provider') ?? place,
  });
}
