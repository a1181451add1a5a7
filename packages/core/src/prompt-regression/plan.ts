// What will be asked and how it will be judged, settled before the first request is sent.
import type { Message, ModelRequest } from '../ports/model-provider.ts';
import { canonicalJson } from '../formats/canonical.ts';
import { placeInPrompt, responseFormatOf, type Prompt } from '../formats/prompt.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import type { YamlSource } from '../formats/read-yaml.ts';
import { scorersOf, type Scorer } from './evaluate.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { missingNames, parseTemplate, renderTemplate, variablePattern, type Template } from './template.ts';
import { listed, type Case } from './test-data.ts';

export interface PromptPolicy {
  readonly margin: number;
  readonly repeats: number;
  readonly minCases: number;
  readonly threshold?: number;
}

/** One version of the prompt, ready to be rendered for every case. */
export interface Side {
  readonly prompt: Prompt;
  readonly model: string;
  readonly templates: readonly { readonly role: Message['role']; readonly template: Template }[];
  readonly request: Pick<ModelRequest, 'model' | 'parameters' | 'responseFormat'>;
  /** Equal when two versions differ in messages alone, or not at all. */
  readonly settingsKey: string;
}

/** Inputs win over the file, the file over the defaults. */
export function policyOf(inputs: PromptRegressionInputs, prompt: Prompt): Read<PromptPolicy> {
  const own = prompt['x-pawl'] ?? {};
  const threshold = inputs.threshold ?? own.threshold;
  const policy = {
    margin: inputs.margin ?? own.margin ?? 0.03,
    repeats: inputs.repeats ?? own.repeats ?? 1,
    minCases: inputs['min-cases'] ?? own['min-cases'] ?? 30,
    ...(threshold !== undefined && { threshold }),
  };
  const checks: readonly (readonly [boolean, string, string])[] = [
    [policy.margin >= 0 && policy.margin < 1, 'margin', 'Give a share such as 0.03, for three points.'],
    [isWhole(policy.repeats, 1, 100), 'repeats', 'Give a whole number from 1 to 100.'],
    [isWhole(policy.minCases, 1), 'min-cases', 'Give a whole number from 1.'],
    [threshold === undefined || (threshold >= 0 && threshold <= 1), 'threshold', 'Give a share such as 0.8.'],
    [isWhole(inputs.concurrency, 1, 256), 'concurrency', 'Give a whole number from 1 to 256.'],
    [inputs.timeout > 0, 'timeout', 'Give a number of seconds.'],
    [
      (inputs['price-prompt'] === undefined) === (inputs['price-completion'] === undefined),
      'price-prompt',
      'Give both prices, price-prompt and price-completion, or none.',
    ],
  ];
  const problems: Problem[] = checks
    .filter(([ok]) => !ok)
    .map(([, name, hint]) => ({
      code: 'INPUT_INVALID',
      severity: 'error',
      message: `The input "${name}" is out of range.`,
      hint,
    }));
  return problems.length > 0 ? { problems } : { value: policy, problems };
}

const isWhole = (value: number, least: number, most = Infinity): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

export function sideOf(prompt: Prompt, model: string): Side {
  const responseFormat = responseFormatOf(prompt);
  const parameters = (prompt.modelParameters ?? {}) as ModelRequest['parameters'];
  const request = { model, parameters, ...(responseFormat !== undefined && { responseFormat }) };
  return {
    prompt,
    model,
    templates: prompt.messages.map(({ role, content }) => ({ role, template: parseTemplate(content) })),
    request,
    settingsKey: canonicalJson(request),
  };
}

export const renderMessages = (side: Side, { fields }: Case): readonly Message[] =>
  side.templates.map(({ role, template }) => ({ role, content: renderTemplate(template, fields) }));

/** Evaluators that cannot be run are refused: a suite must not pass on what nobody looked at. */
export function planScorers(prompt: Prompt, source: YamlSource): Read<readonly Scorer[]> {
  const evaluators = prompt.evaluators ?? [];
  const problems: Problem[] = [];
  for (const [index, evaluator] of evaluators.entries()) {
    const kind = evaluator.llm !== undefined ? 'llm' : evaluator.uses !== undefined ? 'uses' : undefined;
    if (kind === undefined) continue;
    problems.push({
      code: 'EVALUATOR_UNSUPPORTED',
      severity: 'error',
      message: `Evaluator "${evaluator.name}" asks a judge model (${kind === 'uses' ? evaluator.uses : 'llm'}), which is not supported yet.`,
      hint: 'Remove it, or express it as a string evaluator; nothing is judged while it is there.',
      ...placeInPrompt(source, ['evaluators', index, kind]),
    });
  }
  if (evaluators.length === 0) {
    problems.push({
      code: 'PROMPT_WITHOUT_EVALUATORS',
      severity: 'error',
      message: 'The prompt has no evaluators, so no answer could be wrong.',
      hint: 'Add for example: evaluators: [{name: label, string: {equals: "{{expected}}"}}].',
      file: source.file,
    });
  }
  return hasErrors(problems) ? { problems } : { value: scorersOf(evaluators), problems };
}

/** Every variable that some case lacks, once per place, with the cases that lack it. */
export function missingVariables(side: Side, cases: readonly Case[], source: YamlSource): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, { template }] of side.templates.entries()) {
    const path = ['messages', index, 'content'];
    problems.push(...missingIn(template, cases, { source, path, user: `message ${index + 1}` }));
    for (const text of template.strange) {
      problems.push({
        code: 'TEMPLATE_NOT_A_VARIABLE',
        severity: 'warning',
        message: `"${text}" is no variable and is sent as it stands.`,
        hint: 'Only {{name}} is interpreted, with letters, digits, ".", "_" and "-".',
        ...placeInPrompt(source, path),
      });
    }
  }
  return problems;
}

/** As `missingVariables`, for what evaluators expect; and searches for nothing, which every answer would pass. */
export function unusableExpectations(
  scorers: readonly Scorer[],
  cases: readonly Case[],
  source: YamlSource,
): readonly Problem[] {
  return scorers.flatMap(({ name, checks }, index) =>
    checks.flatMap(({ criterion, template }): readonly Problem[] => {
      const path = ['evaluators', index, 'string', criterion];
      const missing = missingIn(template, cases, { source, path, user: `evaluator "${name}"` });
      if (missing.length > 0 || criterion === 'equals') return missing;
      const vacuous = cases.filter(({ fields }) => renderTemplate(template, fields) === '');
      if (vacuous.length === 0) return [];
      return [
        {
          code: 'EVALUATOR_VACUOUS',
          severity: 'error',
          message: `Evaluator "${name}" looks for an empty text (${criterion}) in ${listedCases(vacuous)}; every answer would pass.`,
          hint: 'Give these cases a value, or use equals.',
          ...placeInPrompt(source, path),
        },
      ];
    }),
  );
}

function missingIn(
  template: Template,
  cases: readonly Case[],
  { source, path, user }: { source: YamlSource; path: readonly PropertyKey[]; user: string },
): readonly Problem[] {
  return template.names.flatMap((name): readonly Problem[] => {
    const one = { ...template, names: [name] };
    const lacking = cases.filter(({ fields }) => missingNames(one, fields).length > 0);
    if (lacking.length === 0) return [];
    return [
      {
        code: 'VARIABLE_MISSING',
        severity: 'error',
        message: `The variable "${name}" of ${user} has no value in ${listedCases(lacking)}.`,
        hint: `Add the field "${name}" to these cases, or correct the name; nothing was sent.`,
        ...placeInPrompt(source, path, variablePattern(name)),
      },
    ];
  });
}

function listedCases(cases: readonly Case[]): string {
  const names = listed(cases.map(({ id }) => `"${id}"`));
  return cases.length === 1 ? `case ${names}` : `${cases.length} cases: ${names}`;
}
