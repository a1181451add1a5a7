// What a case is when defaults and scenarios have been laid under it, in promptfoo's order.
import type { Fields } from '../reading.ts';
import { isMap } from '../reading.ts';
import type { WrittenTest } from './tests.ts';

/** A test as it is written, or a part of one: a default, an entry of a scenario. */
export interface TestParts {
  readonly fields: Fields;
  readonly vars: Fields;
  readonly options: Fields;
  readonly metadata: Fields;
  readonly assert: readonly unknown[];
}

export interface MergedTest {
  readonly written: WrittenTest;
  readonly vars: Fields;
  /** The test's own, before defaults: what it is. */
  readonly own: Fields;
  readonly options: Fields;
  readonly metadata: Fields;
  readonly assert: readonly unknown[];
  /** Everything else, the first that has it wins. */
  readonly layers: readonly Fields[];
  readonly inScenario: boolean;
}

export const nothing: TestParts = { fields: {}, vars: {}, options: {}, metadata: {}, assert: [] };

export function mergeTest(written: WrittenTest, test: TestParts, defaults: TestParts): MergedTest {
  return {
    written,
    vars: over(defaults.vars, test.vars),
    own: test.vars,
    options: over(defaults.options, test.options),
    metadata: over(defaults.metadata, test.metadata),
    assert: withDefaults(test.options, test.assert, defaults),
    layers: [test.fields, shared(defaults.fields)],
    inScenario: false,
  };
}

export interface ScenarioPart {
  readonly entry: TestParts;
  /** Which entry of which scenario, over all scenarios. */
  readonly index: number;
}

export function mergeScenario(
  written: WrittenTest,
  {
    test,
    scenario,
    defaults,
  }: { readonly test: TestParts; readonly scenario: ScenarioPart; readonly defaults: TestParts },
): MergedTest {
  const { entry, index } = scenario;
  const options = { ...defaults.options, ...entry.options, ...test.options };
  const metadata: Record<string, unknown> = { ...defaults.metadata, ...entry.metadata, ...test.metadata };
  metadata['conversationId'] ??= `__scenario_${index}__`;
  return {
    written,
    vars: { ...defaults.vars, ...entry.vars, ...test.vars },
    own: { ...entry.vars, ...test.vars },
    options,
    metadata,
    assert: withDefaults(options, [...entry.assert, ...test.assert], defaults),
    layers: [test.fields, entry.fields, defaults.fields],
    inScenario: true,
  };
}

/** Only a test may switch the defaults off; and what a default test would answer is no default. */
const withDefaults = (options: Fields, assert: readonly unknown[], defaults: TestParts): readonly unknown[] =>
  options['disableDefaultAsserts'] === true || defaults.assert.length === 0 ? assert : [...defaults.assert, ...assert];

/** Most suites have defaults for few of these: the same object then does for all of their cases. */
function over(below: Fields, above: Fields): Fields {
  if (isEmpty(below)) return above;
  return isEmpty(above) ? below : { ...below, ...above };
}

export function isEmpty(fields: Fields): boolean {
  for (const _key in fields) return false;
  return true;
}

function shared(fields: Fields): Fields {
  if (!('providerOutput' in fields) && !('description' in fields)) return fields;
  const { providerOutput: _output, description: _description, ...rest } = fields;
  return rest;
}

export function layered(
  merged: MergedTest,
  key: string,
): { readonly value: unknown; readonly from: Fields } | undefined {
  for (const from of merged.layers) {
    const value = from[key];
    if (value !== undefined && value !== null) return { value, from };
  }
  return undefined;
}

export const partOf = (fields: Fields, key: string): Fields => {
  const part = fields[key];
  return isMap(part) ? part : none;
};

/** One for all tests that have none. */
const none: Fields = {};
