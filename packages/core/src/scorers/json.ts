// Scorers of JSON: the whole answer, or an object somewhere in it, and whether it conforms to a schema.
import { objectsInText } from './json-in-text.ts';
import { isNestedTooDeeply } from './json-size.ts';
import { readJsonSchema, type JsonSchema } from './json-schema.ts';
import type { Score, ScoreFailure, Scorer, ScorerTable } from './scorer.ts';
import { badValue, cannotTell, yesOrNo } from './verdicts.ts';

const schemaHint = 'Correct the schema of the assertion, or make it simpler.';

/** Undefined where the assertion has none. */
function schemaOf(type: string, value: unknown): JsonSchema | ScoreFailure | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' && typeof value !== 'object') return badValue(type, 'a JSON Schema, or its text,');
  const schema = readJsonSchema(value);
  return 'failure' in schema ? cannotTell(schema.failure, schemaHint) : schema;
}

const isJson: Scorer = ({ assertion: { value, negated }, answer: { text } }) => {
  const schema = schemaOf('is-json', value);
  if (schema !== undefined && 'failure' in schema) return schema;
  if (isNestedTooDeeply(text)) return cannotTell('the answer is nested too deeply', 'Ask for flatter JSON.');
  const parsed = parsedText(text);
  if (parsed === undefined) return yesOrNo(false, negated, () => 'The answer is no JSON.');
  if (schema === undefined) return yesOrNo(true, negated, () => 'The answer is JSON.');
  const verdict = schema.check(parsed.value);
  if ('failure' in verdict) return cannotTell(verdict.failure, schemaHint);
  return conforms(verdict.wrong, negated);
};

const containsJson: Scorer = ({ assertion: { value, negated }, answer: { text } }) => {
  const schema = schemaOf('contains-json', value);
  if (schema !== undefined && 'failure' in schema) return schema;
  const found = objectsInText(text);
  if ('failure' in found) return cannotTell(found.failure, 'Ask for less text around the JSON.');
  const { objects } = found;
  if (objects.length === 0 || schema === undefined)
    return yesOrNo(objects.length > 0, negated, (not) => `Expected ${not}to contain JSON.`);
  let wrong = '';
  for (const object of objects) {
    const verdict = schema.check(object);
    if ('failure' in verdict) return cannotTell(verdict.failure, schemaHint);
    if (verdict.wrong === undefined) return conforms(undefined, negated);
    wrong = verdict.wrong;
  }
  return conforms(wrong, negated);
};

const conforms = (wrong: string | undefined, negated: boolean): Score =>
  yesOrNo(wrong === undefined, negated, () =>
    wrong === undefined ? 'The JSON conforms to the schema.' : `The JSON does not conform to the schema: ${wrong}.`,
  );

function parsedText(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

export const jsonScorers: ScorerTable = new Map([
  ['is-json', isJson],
  ['contains-json', containsJson],
]);
