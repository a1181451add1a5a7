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
import {
  criteria,
  promptStem,
  promptSubject,
  readPrompt,
  responseFormatOf,
  type Evaluator,
  type Prompt,
} from '../formats/prompt.ts';
import { hasErrors } from '../formats/problem.ts';
import { parseYaml } from '../formats/read-yaml.ts';
import { evalPolicyOf } from '../formats/suite-policy.ts';
import { namedByField } from './case-ids.ts';
import { checkNamedFields } from './named-fields.ts';
import { fieldText, fromRoot, pathIn, readTextFile, type Fields, type Reading } from './reading.ts';
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

/** Whom `gh models eval` asked for its built-ins, at the endpoint that was asked for everything. */
const builtInJudge = 'openai/gpt-4o';

export interface PromptYmlOptions {
  /** Judges are asked and read as `gh models eval` did. */
  readonly compat?: 'gh-models';
  readonly sidesOnly?: boolean;
}

export async function readPromptYml(
  reading: Reading,
  { compat, sidesOnly = false }: PromptYmlOptions,
): Promise<EvalSuite | undefined> {
  const file = await readPromptFile(reading, reading.file);
  if (file === undefined) return undefined;
  const { prompt, placeOf } = file;
  const own = prompt['x-pawl'] ?? {};
  const cases = sidesOnly ? [] : await casesOf(reading, file, compat);
  if (hasErrors(reading.problems)) return undefined;
  return {
    name: promptStem(reading.file),
    ...(prompt.description !== undefined && { description: prompt.description }),
    file: reading.file,
    dialect: 'prompt-yml',
    prompts: [evalPromptOf(file, 'prompt')],
    providers: prompt.model === undefined ? [] : [modelProvider(prompt.model, placeOf('model'))],
    cases,
    ...(own.testData !== undefined && {
      casesFile: { path: own.testData, place: placeOf('x-pawl', 'testData') },
    }),
    ...(prompt.evaluators?.some(({ uses }) => uses !== undefined) === true && {
      judge: modelProvider(builtInJudge, placeOf('evaluators')),
    }),
    subject: promptSubject(prompt),
    policy: evalPolicyOf(own),
    inputs: [...reading.inputs.values()],
    derivedMetrics: [],
    run: {},
  };
}

async function casesOf(
  reading: Reading,
  { prompt, placeOf }: PromptFile,
  compat: PromptYmlOptions['compat'],
): Promise<readonly EvalCase[]> {
  const evaluators = prompt.evaluators ?? [];
  if (evaluators.length === 0)
    reading.say({
      code: 'PROMPT_WITHOUT_EVALUATORS',
      message: 'The prompt has no evaluators, so no answer could be wrong.',
      hint: 'Add for example: evaluators: [{name: label, string: {equals: "{{expected}}"}}].',
    });
  const assertions = evaluators.map((evaluator, index) =>
    scorerOf(evaluator, (...path) => placeOf('evaluators', index, ...path), compat),
  );
  const { testData, slices = [], id } = prompt['x-pawl'] ?? {};
  const rows =
    testData === undefined ? prompt.testData : await rowsAt(reading, testData, placeOf('x-pawl', 'testData'));
  if (rows === undefined) return [];
  checkNamedFields(reading, rows, { names: slices, key: 'slices', place: placeOf('x-pawl', 'slices') });
  return namedByField(reading, rows, { ...(id !== undefined && { id }), file: testData ?? reading.file }).map(
    (one, index) => ({
      id: one.id,
      vars: one.row,
      assertions,
      metadata: nothing,
      slices:
        slices.length === 0
          ? nothing
          : Object.fromEntries(slices.map((name) => [name, fieldText(one.row, name) ?? '(none)'])),
      place: reading.places.of(one.row) ?? (testData === undefined ? placeOf('testData', index) : { file: testData }),
    }),
  );
}

/** One for all cases: a suite may have a hundred thousand. */
const nothing = {};

/** Paths of data stand from the root, as `x-pawl.testData` has always been. */
async function rowsAt(reading: Reading, written: string, place: EvalPlace): Promise<readonly Fields[] | undefined> {
  const path = pathIn(reading, '', written, place);
  if (path === undefined) return undefined;
  if (/\.(?:csv|jsonl|ndjson|json|ya?ml)$/.test(path)) return readDataFile(reading, path, place, fromRoot);
  reading.say({
    code: 'CASES_INVALID',
    message: `"${path}" is no file of cases.`,
    hint: 'Use .jsonl, .json, .csv or .yml.',
    place,
  });
  return undefined;
}

/** An evaluator is one score: all of its criteria must hold. */
function scorerOf(
  { name, string, llm, uses }: Evaluator,
  placeOf: PlaceOf,
  compat: PromptYmlOptions['compat'],
): AssertionSet {
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
  ].map((judge) => (compat === undefined ? judge : { ...judge, config: { compat } }));
  return { kind: 'set', metric: name, weight: 1, every: true, assertions: [...checks, ...judges] };
}
