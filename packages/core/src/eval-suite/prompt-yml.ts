// `.prompt.yml` as a suite, and as a prompt of another suite.
import type {
  Assertion,
  AssertionSet,
  EvalCase,
  EvalPlace,
  EvalPrompt,
  EvalProvider,
  EvalSuite,
} from '../formats/eval-suite.ts';
import { promptStem, readPrompt, responseFormatOf, type Evaluator, type Prompt } from '../formats/prompt.ts';
import { hasErrors } from '../formats/problem.ts';
import { parseYaml } from '../formats/read-yaml.ts';
import { evalPolicyOf } from '../formats/suite-policy.ts';
import { pathIn, readTextFile, type Fields, type Reading } from './reading.ts';
import { readDataFile } from './rows.ts';

type PlaceOf = (...path: readonly PropertyKey[]) => EvalPlace;

interface PromptFile {
  readonly prompt: Prompt;
  readonly placeOf: PlaceOf;
}

export async function readPromptFile(
  reading: Reading,
  path: string,
  place?: EvalPlace,
): Promise<PromptFile | undefined> {
  const text = await readTextFile(reading, path, { role: 'prompt', place });
  if (text === undefined) return undefined;
  const source = { text, file: path };
  const read = readPrompt(source);
  reading.problems.push(...read.problems);
  const parsed = parseYaml(source, 'PROMPT').value;
  return read.value === undefined
    ? undefined
    : { prompt: read.value, placeOf: (...steps) => parsed?.place(steps) ?? { file: path } };
}

export function evalPromptOf({ prompt, placeOf }: PromptFile, label: string): EvalPrompt {
  const responseFormat = responseFormatOf(prompt);
  return {
    label,
    language: 'braces',
    body: { kind: 'chat', messages: prompt.messages },
    parameters: prompt.modelParameters ?? {},
    ...(responseFormat !== undefined && { responseFormat }),
    place: placeOf('messages', 0, 'content'),
  };
}

/** A model of the endpoint that is given by inputs. */
export const modelProvider = (model: string, place: EvalPlace): EvalProvider => ({
  id: model,
  label: model,
  kind: 'openai',
  model,
  config: {},
  place,
});

export async function readPromptYml(
  reading: Reading,
  { sidesOnly = false }: { readonly sidesOnly?: boolean },
): Promise<EvalSuite | undefined> {
  const file = await readPromptFile(reading, reading.file);
  if (file === undefined) return undefined;
  const { prompt, placeOf } = file;
  const own = prompt['x-pawl'] ?? {};
  const cases = sidesOnly ? [] : await casesOf(reading, file);
  if (hasErrors(reading.problems)) return undefined;
  return {
    name: promptStem(reading.file),
    ...(prompt.description !== undefined && { description: prompt.description }),
    file: reading.file,
    dialect: 'prompt-yml',
    prompts: [evalPromptOf(file, 'prompt')],
    providers: prompt.model === undefined ? [] : [modelProvider(prompt.model, placeOf('model'))],
    cases,
    policy: evalPolicyOf(own),
    inputs: [...reading.inputs.values()],
    derivedMetrics: [],
    run: {},
  };
}

async function casesOf(reading: Reading, { prompt, placeOf }: PromptFile): Promise<readonly EvalCase[]> {
  const evaluators = prompt.evaluators ?? [];
  if (evaluators.length === 0)
    reading.say({
      code: 'PROMPT_WITHOUT_EVALUATORS',
      message: 'The prompt has no evaluators, so no answer could be wrong.',
      hint: 'Add for example: evaluators: [{name: label, string: {equals: "{{expected}}"}}].',
    });
  const assertions = evaluators.map((evaluator, index) =>
    scorerOf(evaluator, (...path) => placeOf('evaluators', index, ...path)),
  );
  const { testData, slices = [], id } = prompt['x-pawl'] ?? {};
  const rows =
    testData === undefined ? prompt.testData : await rowsAt(reading, testData, placeOf('x-pawl', 'testData'));
  if (rows === undefined) return [];
  return namedByField(reading, rows, { ...(id !== undefined && { id }), file: testData ?? reading.file }).map(
    (one, index) => ({
      id: one.id,
      vars: one.row,
      assertions,
      metadata: {},
      slices: Object.fromEntries(slices.map((name) => [name, fieldText(one.row, name) ?? '(none)'])),
      place: reading.places.of(one.row) ?? placeOf('testData', index),
    }),
  );
}

/** Paths of data stand from the root, as `x-pawl.testData` has always been. */
async function rowsAt(reading: Reading, written: string, place: EvalPlace): Promise<readonly Fields[] | undefined> {
  const path = pathIn(reading, '', written, place);
  return path === undefined ? undefined : readDataFile(reading, path, place);
}

const criteria = ['equals', 'contains', 'startsWith', 'endsWith'] as const;

/** An evaluator is one score: all of its criteria must hold. */
function scorerOf({ name, string, llm, uses }: Evaluator, placeOf: PlaceOf): AssertionSet {
  const assertion = (type: string, place: EvalPlace, value?: unknown): Assertion => ({
    kind: 'assertion',
    type,
    negated: false,
    ...(value !== undefined && { value }),
    weight: 1,
    place,
  });
  const checks = criteria.flatMap((criterion) => {
    const expected = string?.[criterion];
    return expected === undefined ? [] : [assertion(criterion, placeOf('string', criterion), String(expected))];
  });
  const judges = [
    ...(llm === undefined ? [] : [assertion('llm', placeOf('llm'), llm)]),
    ...(uses === undefined ? [] : [assertion(uses, placeOf('uses'))]),
  ];
  return { kind: 'set', metric: name, weight: 1, every: true, assertions: [...checks, ...judges] };
}

export interface NamedRow {
  readonly id: string;
  readonly row: Fields;
}

/**
 * Rows by the field that names them. A field that is asked for must be there and be unique; `id` is used as soon as one
 * row has it, and rows without names get their positions.
 */
export function namedByField(
  reading: Reading,
  rows: readonly Fields[],
  { id, file }: { readonly id?: string; readonly file: string },
): readonly NamedRow[] {
  const field = id ?? 'id';
  if (id === undefined && !rows.some((row) => fieldText(row, field) !== undefined))
    return rows.map((row, index) => ({ id: `#${index + 1}`, row }));
  const ids = rows.map((row) => fieldText(row, field) ?? '');
  const nameless = ids.flatMap((name, index) => (name === '' ? [`#${index + 1}`] : []));
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of ids) {
    if (name !== '' && seen.has(name)) twice.add(name);
    seen.add(name);
  }
  if (nameless.length > 0)
    reading.say({
      code: 'CASE_ID_MISSING',
      message: `${nameless.length} of ${rows.length} cases have no "${field}": ${listed(nameless)}.`,
      hint: 'Name every case: pairs are made by name.',
      place: { file },
    });
  if (twice.size > 0)
    reading.say({
      code: 'CASE_ID_DUPLICATE',
      message: `More than one case has the "${field}" ${listed([...twice].map((name) => `"${name}"`))}.`,
      hint: 'Give each case its own name.',
      place: { file },
    });
  return rows.map((row, index) => ({ id: ids[index] ?? '', row }));
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** Undefined for what a row has not, or has empty as YAML's `key:`. */
export function fieldText(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
