// JSON Schema for what models answer. The validator (@cfworker/json-schema) generates no code; around it stand the
// limits it lacks: schemas are checked first, references never leave the schema, loops and patterns that run for ever
// are refused, and every look-up of a reference counts against a budget.
import { dereference, validate, type Schema, type SchemaDraft } from '@cfworker/json-schema';
import { parseDocument } from 'yaml';
import { preparedSchema, type PreparedSchema } from './prepare-schema.ts';
import { patternSteps } from './regex.ts';
import { sizeOf } from './json-size.ts';

/** Why the value does not conform, undefined where it does, or why nobody can say. */
export type SchemaVerdict = { readonly wrong?: string } | { readonly failure: string };

export interface JsonSchema {
  check(value: unknown): SchemaVerdict;
}

const referenceLimit = 100_000;
const workLimit = 3e8;
const uniqueLimit = 5_000;

const remembered = new Map<string, JsonSchema | { readonly failure: string }>();

/** @param written a schema, or its YAML or JSON text */
export function readJsonSchema(written: unknown): JsonSchema | { readonly failure: string } {
  const text = typeof written === 'string' ? written : textOf(written);
  if (text === undefined) return { failure: 'the schema is no JSON' };
  const key = `${typeof written === 'string' ? 'text' : 'json'} ${text}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const read = compiled(typeof written === 'string' ? parsedYaml(text) : JSON.parse(text));
  // The same schema judges thousands of answers; a suite has few of them.
  if (remembered.size >= 100) remembered.clear();
  if (key.length < 200_000) remembered.set(key, read);
  return read;
}

function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function parsedYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { merge: true, prettyErrors: false, logLevel: 'silent' });
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

function compiled(value: unknown): JsonSchema | { readonly failure: string } {
  const prepared = preparedSchema(value);
  if ('failure' in prepared) return prepared;
  const { schema, draft } = prepared;
  try {
    const lookup = dereference(schema as Schema | boolean);
    const missing = Object.values(lookup).find(
      (part) => typeof part === 'object' && part.$ref !== undefined && !(String(part.__absolute_ref__) in lookup),
    );
    if (typeof missing === 'object')
      return {
        failure: `the schema refers to "${missing.$ref}", which is not in it; nothing is fetched from elsewhere`,
      };
    return { check: (instance) => checked(instance, { ...prepared, lookup, draft }) };
  } catch (error) {
    return { failure: `the schema cannot be used: ${error instanceof Error ? error.message : String(error)}` };
  }
}

interface Compiled extends PreparedSchema {
  readonly lookup: Record<string, Schema | boolean>;
  readonly draft: SchemaDraft;
}

function checked(instance: unknown, { schema, draft, lookup, ...limits }: Compiled): SchemaVerdict {
  const size = sizeOf(instance);
  if (size === undefined) return { failure: 'the answer is nested too deeply for a schema' };
  if (size.values * limits.parts > workLimit) return { failure: 'the answer is too large for this schema' };
  if (limits.hasUniqueItems && size.longestList > uniqueLimit)
    return { failure: `a list of ${size.longestList} items is too long for "uniqueItems"` };
  const slow = limits.patterns.find(
    ({ cost }) => cost(size.longestText) * Math.max(1, size.characters / Math.max(1, size.longestText)) > patternSteps,
  );
  if (slow !== undefined) return { failure: `the pattern "${slow.text}" can take too long on this answer` };
  try {
    const result = validate(instance, schema as Schema | boolean, draft, counted(lookup), true);
    return result.valid ? {} : { wrong: firstReason(result.errors) };
  } catch (error) {
    if (error instanceof OutOfBudget || error instanceof RangeError)
      return { failure: 'the schema branches too often to be checked on this answer' };
    return { failure: `the schema cannot be used: ${error instanceof Error ? error.message : String(error)}` };
  }
}

class OutOfBudget extends Error {}

/** Every repetition in a schema goes through a reference, so counting look-ups bounds the whole check. */
function counted(lookup: Record<string, Schema | boolean>): Record<string, Schema | boolean> {
  let left = referenceLimit;
  return new Proxy(lookup, {
    get(target, key) {
      left -= 1;
      if (left < 0) throw new OutOfBudget();
      return typeof key === 'string' ? target[key] : undefined;
    },
  });
}

/** The innermost reason comes last; those around it only say that something in them is wrong. */
function firstReason(errors: readonly { readonly instanceLocation: string; readonly error: string }[]): string {
  const found = errors.at(-1);
  if (found === undefined) return 'it does not conform';
  const place = found.instanceLocation === '#' ? '' : ` at ${found.instanceLocation.slice(1)}`;
  return `${found.error.replace(/\.$/, '')}${place}`;
}
