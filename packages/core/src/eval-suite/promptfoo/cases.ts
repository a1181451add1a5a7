// Tests, defaults and scenarios to cases: what is asked, how it is judged, and what each is called.
import { after, inTurn, isPromise, type Awaitable } from '../../formats/awaitable.ts';
import type { EvalCase } from '../../formats/eval-suite.ts';
import { nameCases, type Nameable } from '../case-ids.ts';
import { checkKeys, isMap, list, member, type Fields } from '../reading.ts';
import { withSlices } from '../slices.ts';
import { settledTest, type SuiteParts, type Unnamed } from './case-settings.ts';
import { caseLimit, combinations, type Combination } from './expand.ts';
import { isEmpty, mergeScenario, mergeTest, nothing, partOf, type MergedTest, type TestParts } from './merge.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { readTests, varsOf, type WrittenTest } from './tests.ts';
import { readScenarios } from './scenarios.ts';
import { varFiles, type VarFiles } from './var-files.ts';

export interface CasesRequest extends SuiteParts {
  readonly config: Fields;
  readonly defaults: WrittenTest | undefined;
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
  const add = (test: MergedTest): Awaitable<boolean> => {
    isSerial ||= test.options['runSerially'] === true;
    return after(variantsOf(reading, test, cases.length), (variants) => {
      if (variants === undefined) return false;
      if (variants.length === 0) return true;
      return after(addCases(reading, { test, variants, request, files, cases, names }), () => true);
    });
  };
  await mergeTests(reading, { config, shared, add });
  for (const [index, id] of nameCases(names).entries()) (cases[index] as Unnamed).id = id;
  return { cases: withSlices(cases), isSerial };
}

interface Merging {
  readonly config: Fields;
  readonly shared: TestParts;
  /** Takes them one after the other, so that all of ten thousand are never held at once. @returns whether there is room for more */
  add(test: MergedTest): Awaitable<boolean>;
}

/** Tests, then scenarios, each with what it shares with others. */
async function mergeTests(reading: PromptfooReading, { config, shared, add }: Merging): Promise<void> {
  const tests = await readTests(reading, config['tests'], reading.places.key(config, 'tests'));
  for (const test of tests) {
    const added = after(partsOf(reading, test), (parts) => add(mergeTest(test, parts, shared)));
    if (!(isPromise(added) ? await added : added)) return;
  }
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

const parts = ['options', 'metadata'] as const;

function partsOf(reading: PromptfooReading, written: WrittenTest): Awaitable<TestParts> {
  const { fields, file } = written;
  checkKeys(reading, fields, { known: testKeys, what: 'a test' });
  const options = partOf(fields, 'options');
  checkKeys(reading, options, { known: optionKeys, what: 'the options of a test' });
  for (const key of parts)
    if (fields[key] !== undefined && fields[key] !== null && !isMap(fields[key]))
      reading.say({
        code: 'SUITE_INVALID',
        message: `"${key}" is no map.`,
        hint: 'Give names with their values.',
        place: reading.places.value(fields, key),
      });
  const assert =
    fields['assert'] === undefined || fields['assert'] === null ? [] : (member(reading, fields, 'assert', list) ?? []);
  const metadata = partOf(fields, 'metadata');
  return after(varsOf(reading, fields, file), (vars) => ({ fields, vars, options, metadata, assert }));
}

function variantsOf(
  reading: PromptfooReading,
  test: MergedTest,
  used: number,
): Awaitable<readonly Combination[] | undefined> {
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

interface Adding {
  readonly test: MergedTest;
  readonly variants: readonly Combination[];
  readonly request: CasesRequest;
  readonly files: VarFiles;
  readonly cases: Unnamed[];
  readonly names: Nameable[];
}

function addCases(
  reading: PromptfooReading,
  { test, variants, request, files, cases, names }: Adding,
): Awaitable<void> {
  const { metadata, own, vars: whole, written } = test;
  const explicit =
    typeof metadata['id'] === 'string' || typeof metadata['id'] === 'number' ? String(metadata['id']) : undefined;
  const content = isEmpty(own) ? whole : own;
  return after(settledTest(reading, test, request), (settled) => {
    const { description, place } = settled;
    const nameable: Nameable = {
      ...(explicit !== undefined && { explicit }),
      ...(description !== undefined && { description }),
      content: isEmpty(content) ? [description ?? '', test.assert] : content,
    };
    return inTurn(variants, ({ vars, variant }) =>
      after(files.load(vars, place, written.fields['vars'] as Fields), (loaded) => {
        if (loaded === undefined) return;
        cases.push(variant === undefined ? Object.assign(settled, { vars: loaded }) : { ...settled, vars: loaded });
        names.push(variant === undefined ? nameable : { ...nameable, variant });
      }),
    );
  });
}
