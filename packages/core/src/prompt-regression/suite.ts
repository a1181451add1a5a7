// Reads what is evaluated: the prompt file, its cases, its evaluators and policy. Every mistake at once.
import { placeInPrompt, promptStem, readPrompt, type Prompt } from '../formats/prompt.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import type { YamlSource } from '../formats/read-yaml.ts';
import type { RunInput } from '../formats/run.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { Scorer } from './evaluate.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import {
  missingVariables,
  planScorers,
  policyOf,
  sideOf,
  unusableExpectations,
  type PromptPolicy,
  type Side,
} from './plan.ts';
import { nameCases, readRows, type Case } from './test-data.ts';

export interface Suite {
  readonly source: YamlSource;
  /** The prompt's name in the registry. */
  readonly name: string;
  readonly side: Side;
  readonly scorers: readonly Scorer[];
  readonly cases: readonly Case[];
  readonly policy: PromptPolicy;
  readonly inputs: readonly RunInput[];
}

export async function readSuite(inputs: PromptRegressionInputs, workspace: Workspace): Promise<Read<Suite>> {
  const file = inputs.prompt;
  const text = await workspace.readText(file);
  if (text === undefined) return { problems: [missingFile(file, 'prompt')] };
  const source = { text, file };
  const read = readPrompt(source);
  if (read.value === undefined) return { problems: read.problems };
  const prompt = read.value;
  const policy = policyOf(inputs, prompt);
  const scorers = planScorers(prompt, source);
  const cases = await readCases(prompt, source, workspace);
  const problems: Problem[] = [...read.problems, ...policy.problems, ...scorers.problems, ...cases.problems];
  const model = inputs.model ?? prompt.model;
  if (model === undefined) {
    problems.push({
      code: 'PROMPT_WITHOUT_MODEL',
      severity: 'error',
      message: 'The prompt file names no model.',
      hint: 'Add "model", or give the input "model".',
      file,
    });
  }
  const side = sideOf(prompt, model ?? '');
  if (cases.value !== undefined) problems.push(...missingVariables(side, cases.value.cases, source));
  if (cases.value !== undefined && scorers.value !== undefined)
    problems.push(...unusableExpectations(scorers.value, cases.value.cases, source));
  if (hasErrors(problems) || policy.value === undefined || scorers.value === undefined || cases.value === undefined)
    return { problems };
  const fingerprint = await workspace.fingerprint(file);
  const promptInput: RunInput[] = fingerprint === undefined ? [] : [{ role: 'prompt', path: file, ...fingerprint }];
  return {
    value: {
      source,
      name: promptStem(file),
      side,
      scorers: scorers.value,
      cases: cases.value.cases,
      policy: policy.value,
      inputs: [...promptInput, ...cases.value.inputs],
    },
    problems,
  };
}

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
    return { problems: [{ ...missingFile(path, 'test data'), ...placeInPrompt(source, ['x-pawl', 'testData']) }] };
  const rows = readRows({ text, file: path });
  if (rows.value === undefined) return { problems: rows.problems };
  const named = nameCases(rows.value, prompt, path);
  if (named.value === undefined) return { problems: named.problems };
  const fingerprint = await workspace.fingerprint(path);
  const inputs: RunInput[] = fingerprint === undefined ? [] : [{ role: 'data', path, ...fingerprint }];
  return { value: { cases: named.value, inputs }, problems: named.problems };
}

const missingFile = (file: string, what: string): Problem => ({
  code: 'FILE_MISSING',
  severity: 'error',
  message: `There is no ${what} file "${file}".`,
  hint: 'Give its path from the root of the repository.',
  file,
});
