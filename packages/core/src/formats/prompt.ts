// `*.prompt.yml`, in the shape GitHub Models gave it, read whole. What Pawl adds stands under `x-pawl:` alone.
import * as z from 'zod/mini';
import type { ModelRequest } from '../ports/model-provider.ts';
import { digestOf, type Sha256 } from './canonical.ts';
import { hasErrors, type Problem, type Read } from './problem.ts';
import { parseYaml, readYaml, type YamlSource } from './read-yaml.ts';
import { suitePolicyKeys } from './suite-policy.ts';

const written = z.union([z.string(), z.number(), z.boolean()]);

/** What a string evaluator may ask, in the order in which it is judged. */
export const criteria = ['equals', 'contains', 'startsWith', 'endsWith'] as const;
export type Criterion = (typeof criteria)[number];

/** Every criterion given must hold; each may use `{{name}}` for a field of the case. */
export const StringEvaluator = z.strictObject({
  equals: z.optional(written),
  contains: z.optional(written),
  startsWith: z.optional(written),
  endsWith: z.optional(written),
});
export type StringEvaluator = z.infer<typeof StringEvaluator>;

export const Evaluator = z.strictObject({
  name: z.string().check(z.minLength(1)),
  string: z.optional(StringEvaluator),
  /** A judge model with choices. */
  llm: z.optional(
    z.strictObject({
      modelId: z.string(),
      prompt: z.string(),
      systemPrompt: z.optional(z.string()),
      choices: z.array(z.strictObject({ choice: written, score: z.number() })),
    }),
  ),
  /** A built-in judge: `github/similarity`, … */
  uses: z.optional(z.string()),
});
export type Evaluator = z.infer<typeof Evaluator>;

export const ModelParameters = z.strictObject({
  maxTokens: z.optional(z.int().check(z.positive())),
  maxCompletionTokens: z.optional(z.int().check(z.positive())),
  temperature: z.optional(z.number().check(z.minimum(0))),
  topP: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  presencePenalty: z.optional(z.number()),
  frequencyPenalty: z.optional(z.number()),
  seed: z.optional(z.int()),
  stop: z.optional(z.union([z.string(), z.array(z.string())])),
});

export const PromptExtension = z.strictObject({
  /** Path of the cases from the root of the repository: .jsonl, .json, .csv, .yml. */
  testData: z.optional(z.string().check(z.minLength(1))),
  /** The field that names a case. Without it `id` is used where cases have one, else their position. */
  id: z.optional(z.string().check(z.minLength(1))),
  /** Fields whose values cut the cases into slices. */
  slices: z.optional(z.array(z.string())),
  ...suitePolicyKeys,
});
export type PromptExtension = z.infer<typeof PromptExtension>;

export const Prompt = z.strictObject({
  name: z.optional(z.string()),
  description: z.optional(z.string()),
  model: z.optional(z.string().check(z.minLength(1))),
  modelParameters: z.optional(ModelParameters),
  responseFormat: z.optional(z.enum(['text', 'json_object', 'json_schema'])),
  /** JSON as text, with the members `name` and `schema`. */
  jsonSchema: z.optional(z.string()),
  messages: z
    .array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
    .check(z.minLength(1)),
  testData: z.optional(z.array(z.record(z.string(), z.unknown()))),
  evaluators: z.optional(z.array(Evaluator)),
  'x-pawl': z.optional(PromptExtension),
});
export type Prompt = z.infer<typeof Prompt>;

export function readPrompt(source: YamlSource): Read<Prompt> {
  const read = readYaml(source, Prompt, 'PROMPT');
  if (read.value === undefined) return read;
  const problems = [...read.problems, ...contradictions(read.value, source)];
  return hasErrors(problems) ? { problems } : { value: read.value, problems };
}

/** The file's name without folder and `.prompt.yml`: the prompt's name in the registry. */
export function promptStem(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/(\.prompt)?\.ya?ml$/, '');
}

export function responseFormatOf(prompt: Prompt): ModelRequest['responseFormat'] {
  if (prompt.responseFormat === 'json_object') return { type: 'json_object' };
  if (prompt.responseFormat !== 'json_schema') return undefined;
  return { type: 'json_schema', jsonSchema: JSON.parse(prompt.jsonSchema ?? '') as Record<string, unknown> };
}

/**
 * What a model is told: messages, model, parameters and response format. Cases, evaluators, comments and layout are
 * not part of it, so a new test case does not make a new prompt.
 */
export function promptSubject(prompt: Prompt): unknown {
  const { messages, model, modelParameters } = prompt;
  return { messages, model, modelParameters, responseFormat: responseFormatOf(prompt) };
}

export const promptDigest = (prompt: Prompt, sha256: Sha256): string => digestOf(promptSubject(prompt), sha256);

/**
 * Where a part of the file stands. With `needle`, the first line of that part on which it matches:
 * a message of forty lines is no help to somebody who looks for one variable.
 */
export function placeInPrompt(
  source: YamlSource,
  path: readonly PropertyKey[],
  needle?: RegExp,
): { file: string; line?: number; column?: number } {
  const place = parseYaml(source, 'PROMPT').value?.place(path);
  if (place?.line === undefined || needle === undefined) return place ?? { file: source.file };
  const lines = source.text.split('\n');
  for (let line = place.line; line <= lines.length; line++) {
    const column = (lines[line - 1] ?? '').search(needle);
    if (column >= 0) return { file: source.file, line, column: column + 1 };
  }
  return place;
}

/** What a schema cannot say: members that need or exclude each other. */
function contradictions(prompt: Prompt, source: YamlSource): Problem[] {
  const problems: Problem[] = [];
  const say = (path: readonly PropertyKey[], message: string, hint: string): void => {
    problems.push({ code: 'PROMPT_INVALID', severity: 'error', message, hint, ...placeInPrompt(source, path) });
  };
  if (prompt.responseFormat === 'json_schema' && prompt.jsonSchema === undefined)
    say(['responseFormat'], 'responseFormat is json_schema, but there is no jsonSchema.', 'Add "jsonSchema".');
  if (prompt.jsonSchema !== undefined && !isNamedSchema(prompt.jsonSchema))
    say(
      ['jsonSchema'],
      '"jsonSchema" is no JSON object with the members "name" and "schema".',
      'Write {"name": "answer", "schema": {…}} as JSON text.',
    );
  if (prompt.testData !== undefined && prompt['x-pawl']?.testData !== undefined)
    say(['x-pawl', 'testData'], 'The cases are given twice, in the file and as a path.', 'Keep one of the two.');
  const names = new Set<string>();
  for (const [index, evaluator] of (prompt.evaluators ?? []).entries()) {
    const path = ['evaluators', index];
    if (names.has(evaluator.name))
      say([...path, 'name'], `Two evaluators are called "${evaluator.name}".`, 'Give each its own name.');
    names.add(evaluator.name);
    const kinds = [evaluator.string, evaluator.llm, evaluator.uses].filter((kind) => kind !== undefined);
    if (kinds.length !== 1)
      say(path, `Evaluator "${evaluator.name}" needs exactly one of string, llm and uses.`, 'Keep one of them.');
    if (evaluator.string !== undefined && Object.keys(evaluator.string).length === 0)
      say(path, `Evaluator "${evaluator.name}" asks for nothing.`, 'Add equals, contains, startsWith or endsWith.');
  }
  return problems;
}

function isNamedSchema(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'name' in value && 'schema' in value;
  } catch {
    return false;
  }
}
