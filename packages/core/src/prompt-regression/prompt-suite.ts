// `.prompt.yml` as a suite: its messages are the one prompt, its model the one provider, an evaluator is a set of
// assertions that must all hold.
import type {
  Assertion,
  AssertionSet,
  EvalCase,
  EvalPlace,
  EvalPrompt,
  EvalProvider,
  EvalSuite,
} from '../formats/eval-suite.ts';
import { promptStem, responseFormatOf, type Prompt } from '../formats/prompt.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { parseYaml, type YamlSource } from '../formats/read-yaml.ts';
import type { RunInput } from '../formats/run.ts';
import { evalPolicyOf } from '../formats/suite-policy.ts';
import type { Workspace } from '../ports/workspace.ts';
import { criteria } from './prompt-yml-scorers.ts';
import { fieldText, type Fields } from './template.ts';
import { nameCases, readRows, type Case } from './test-data.ts';

type Place = (path: readonly PropertyKey[]) => EvalPlace;

/** Prompt and provider alone: what a baseline is. */
export function sideOfPrompt(prompt: Prompt, source: YamlSource): Pick<EvalSuite, 'prompts' | 'providers'> {
  const place = placesOf(source);
  const model = prompt.model;
  return {
    prompts: [evalPromptOf(prompt, place)],
    providers: model === undefined ? [] : [modelProvider(model, place(['model']))],
  };
}

/** Any endpoint that speaks OpenAI's API, asked for this model. */
export const modelProvider = (model: string, place: EvalPlace): EvalProvider => ({
  id: model,
  label: model,
  kind: 'openai',
  model,
  config: {},
  place,
});

function evalPromptOf(prompt: Prompt, place: Place): EvalPrompt {
  const responseFormat = responseFormatOf(prompt);
  return {
    label: 'prompt',
    language: 'braces',
    body: { kind: 'chat', messages: prompt.messages },
    parameters: prompt.modelParameters ?? {},
    ...(responseFormat !== undefined && { responseFormat }),
    place: place(['messages', 0, 'content']),
  };
}

/**
 * The whole suite, with its cases. Every mistake at once.
 * @param asGhModels judges are asked and read as `gh models eval` did
 */
export async function suiteOfPrompt(
  prompt: Prompt,
  source: YamlSource,
  workspace: Workspace,
  asGhModels = false,
): Promise<Read<EvalSuite>> {
  const evaluators = evaluatorsOf(prompt, source, asGhModels);
  const cases = await readCases(prompt, source, workspace);
  const problems = [...evaluators.problems, ...cases.problems];
  if (cases.value === undefined || evaluators.value === undefined) return { problems };
  const assertions = evaluators.value;
  const { file } = source;
  const own = prompt['x-pawl'] ?? {};
  const slices = own.slices ?? [];
  const path = own.testData ?? file;
  return {
    value: {
      name: promptStem(file),
      ...(prompt.description !== undefined && { description: prompt.description }),
      file,
      dialect: 'prompt-yml',
      ...sideOfPrompt(prompt, source),
      cases: cases.value.cases.map((item) => evalCaseOf(item, { assertions, slices, path })),
      policy: evalPolicyOf(own),
      inputs: cases.value.inputs,
      derivedMetrics: [],
      run: {},
    },
    problems,
  };
}

function evalCaseOf(
  { id, fields }: Case,
  { assertions, slices, path }: { assertions: readonly AssertionSet[]; slices: readonly string[]; path: string },
): EvalCase {
  return {
    id,
    vars: fields,
    assertions,
    metadata: nothing,
    slices: slices.length === 0 ? nothing : slicesOf(fields, slices),
    place: { file: path },
  };
}

const nothing = {};

const slicesOf = (fields: Fields, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, fieldText(fields, name) ?? '(none)']));

/** Judge evaluators keep their own type; whether one of that name can be run is asked later, of all dialects alike. */
function evaluatorsOf(prompt: Prompt, source: YamlSource, asGhModels: boolean): Read<readonly AssertionSet[]> {
  const evaluators = prompt.evaluators ?? [];
  if (evaluators.length === 0) return { problems: [withoutEvaluators(source)] };
  const place = placesOf(source);
  const value = evaluators.map(({ name, string, llm, uses }, index): AssertionSet => {
    const assertion = (type: string, path: string, written: unknown): Assertion => ({
      kind: 'assertion',
      type,
      negated: false,
      ...(written !== undefined && { value: written }),
      weight: 1,
      place: place(['evaluators', index, ...path.split('.')]),
    });
    const checks = criteria.flatMap((criterion) => {
      const expected = string?.[criterion];
      return expected === undefined ? [] : [assertion(criterion, `string.${criterion}`, String(expected))];
    });
    const judge =
      llm !== undefined
        ? [assertion('llm', 'llm', llm)]
        : uses !== undefined
          ? [assertion(uses, 'uses', undefined)]
          : [];
    const judges = asGhModels ? judge.map((each) => ({ ...each, config: { compat: 'gh-models' } })) : judge;
    return { kind: 'set', metric: name, weight: 1, every: true, assertions: [...checks, ...judges] };
  });
  return { value, problems: [] };
}

const withoutEvaluators = ({ file }: YamlSource): Problem => ({
  code: 'PROMPT_WITHOUT_EVALUATORS',
  severity: 'error',
  message: 'The prompt has no evaluators, so no answer could be wrong.',
  hint: 'Add for example: evaluators: [{name: label, string: {equals: "{{expected}}"}}].',
  file,
});

async function readCases(
  prompt: Prompt,
  source: YamlSource,
  workspace: Workspace,
): Promise<Read<{ readonly cases: readonly Case[]; readonly inputs: readonly RunInput[] }>> {
  const path = prompt['x-pawl']?.testData;
  if (path === undefined) {
    const named = nameCases(prompt.testData ?? [], prompt, source.file);
    if (named.value === undefined) return { problems: named.problems };
    return { value: { cases: named.value, inputs: [] }, problems: named.problems };
  }
  const text = await workspace.readText(path);
  if (text === undefined)
    return { problems: [{ ...missingFile(path, 'test data'), ...placesOf(source)(['x-pawl', 'testData']) }] };
  const rows = readRows({ text, file: path });
  if (rows.value === undefined) return { problems: rows.problems };
  const named = nameCases(rows.value, prompt, path);
  if (named.value === undefined) return { problems: named.problems };
  const fingerprint = await workspace.fingerprint(path);
  const inputs: RunInput[] = fingerprint === undefined ? [] : [{ role: 'data', path, ...fingerprint }];
  return { value: { cases: named.value, inputs }, problems: named.problems };
}

export const missingFile = (file: string, what: string): Problem => ({
  code: 'FILE_MISSING',
  severity: 'error',
  message: `There is no ${what} file "${file}".`,
  hint: 'Give its path from the root of the repository.',
  file,
});

/** The file is parsed for its places once; a part that cannot be found stands in the file. */
function placesOf(source: YamlSource): Place {
  const parsed = parseYaml(source, 'PROMPT').value;
  return (path) => parsed?.place(path) ?? { file: source.file };
}
