// A schema as somebody wrote it, to one the validator may be given: a copy (the validator writes into it), every keyword
// known, formats it lacks said in keywords it has, its patterns weighed, and no way round and round in one place.
import type { SchemaDraft } from '@cfworker/json-schema';
import { matchCost, type MatchCost } from './regex-cost.ts';
import { formats, formatsInKeywords, inPlace, isKeywordValue, keywords } from './schema-keywords.ts';
import { isRecord } from './verdicts.ts';
import { didYouMean } from '../formats/did-you-mean.ts';

export interface PreparedSchema {
  readonly schema: unknown;
  readonly draft: SchemaDraft;
  /** How many values the schema itself has. */
  readonly parts: number;
  readonly patterns: readonly { readonly text: string; readonly cost: MatchCost }[];
  readonly hasUniqueItems: boolean;
}

const deepest = 100;
const largest = 20_000;

export function preparedSchema(written: unknown): PreparedSchema | { readonly failure: string } {
  const draft = draftOf(written);
  if (draft === undefined) return { failure: `the schema's "$schema" is of no draft that is known here` };
  const preparing = new Preparing(draft);
  try {
    const schema = preparing.schema(written, 0);
    if (hasLoop(schema)) return { failure: 'the schema refers to itself without end' };
    return { schema, draft, parts: preparing.parts, patterns: preparing.patterns, hasUniqueItems: preparing.unique };
  } catch (error) {
    if (error instanceof SchemaMistake) return { failure: error.message };
    throw error;
  }
}

/** Thrown and caught in this file alone. */
class SchemaMistake extends Error {}

/**
 * Draft 7 ignores what stands beside a `$ref`; it is read here as 2019-09, which does not, as promptfoo's validator
 * does: a `required` beside a `$ref` was meant.
 */
function draftOf(written: unknown): SchemaDraft | undefined {
  const named = isRecord(written) ? written['$schema'] : undefined;
  if (named === undefined) return '2019-09';
  const draft = /^https?:\/\/json-schema\.org\/draft(?:-0|\/)([467]|2019-09|2020-12)\/schema#?$/.exec(
    String(named),
  )?.[1];
  if (draft === '6' || draft === '7') return '2019-09';
  return draft as SchemaDraft | undefined;
}

class Preparing {
  parts = 0;
  unique = false;
  readonly patterns: { text: string; cost: MatchCost }[] = [];
  readonly #draft: SchemaDraft;

  constructor(draft: SchemaDraft) {
    this.#draft = draft;
  }

  schema(written: unknown, depth: number): unknown {
    if (depth > deepest) throw new SchemaMistake('the schema is nested too deeply');
    this.#count(1);
    if (typeof written === 'boolean') return written;
    if (!isRecord(written)) throw new SchemaMistake('the schema, or a part of it, is no object');
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(written)) {
      if (value === undefined) continue;
      this.#checkKeyword(key, value);
      copy[key] = this.#value(key, value, depth);
    }
    return this.#adapted(copy);
  }

  #checkKeyword(key: string, value: unknown): void {
    const draft4 = this.#draft === '4' && key === 'id';
    if (!keywords.has(key) && !draft4)
      throw new SchemaMistake(`the schema has "${key}", which is no keyword: ${didYouMean(key, [...keywords.keys()])}`);
    if (!isKeywordValue(key, value)) throw new SchemaMistake(`the schema has a wrong value for "${key}"`);
    if (key === 'uniqueItems' && value === true) this.unique = true;
    if (key === 'pattern') this.#weigh(value as string);
    if (key === 'patternProperties') for (const pattern of Object.keys(value as object)) this.#weigh(pattern);
    if (Array.isArray(value)) this.#count(value.length);
  }

  #value(key: string, value: unknown, depth: number): unknown {
    const place = keywords.get(key);
    const several = place === 'schemas' || (place === 'schema-or-schemas' && Array.isArray(value));
    if (several && Array.isArray(value)) return value.map((part) => this.schema(part, depth + 1));
    if (place === 'schema' || place === 'schema-or-schemas') return this.schema(value, depth + 1);
    if (place !== 'map') return structuredClone(value);
    if (!isRecord(value)) throw new SchemaMistake(`the schema has a wrong value for "${key}"`);
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        key === 'dependencies' && Array.isArray(part) ? [...part] : this.schema(part, depth + 1),
      ]),
    );
  }

  #adapted(copy: Record<string, unknown>): Record<string, unknown> {
    const { format, nullable, type } = copy;
    if (nullable === true && type !== undefined) copy['type'] = [type, 'null'].flat();
    if (typeof format !== 'string' || formats.has(format)) return copy;
    const instead = Object.hasOwn(formatsInKeywords, format) ? formatsInKeywords[format] : undefined;
    if (instead === undefined)
      throw new SchemaMistake(`the schema has the format "${format}", which is not known here`);
    delete copy['format'];
    if (typeof instead['pattern'] === 'string') this.#weigh(instead['pattern']);
    const all = Array.isArray(copy['allOf']) ? copy['allOf'] : [];
    return { ...copy, allOf: [...all, structuredClone(instead)] };
  }

  #weigh(pattern: string): void {
    if (!isPattern(pattern))
      throw new SchemaMistake(`the schema has the pattern "${pattern}", which is no regular expression`);
    this.patterns.push({ text: pattern, cost: matchCost(pattern) });
  }

  #count(more: number): void {
    this.parts += more;
    if (this.parts > largest) throw new SchemaMistake('the schema is too large');
  }
}

/** With the flag that the validator reads patterns with. */
function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').unicode;
  } catch {
    return false;
  }
}

/** Whether a schema leads back to itself without stepping into a part of the value: it would never be decided. */
function hasLoop(root: unknown): boolean {
  const state = new Map<unknown, 'open' | 'done'>();
  const visit = (schema: unknown): boolean => {
    if (!isRecord(schema)) return false;
    const known = state.get(schema);
    if (known !== undefined) return known === 'open';
    state.set(schema, 'open');
    const found = sameValueParts(schema, root).some(visit);
    state.set(schema, 'done');
    return found;
  };
  return allSchemas(root).some(visit);
}

function sameValueParts(schema: Readonly<Record<string, unknown>>, root: unknown): readonly unknown[] {
  const parts = Object.entries(schema).flatMap(([key, value]) => {
    if (!inPlace.has(key)) return [];
    if (Array.isArray(value)) return value;
    return key.startsWith('dependen') && isRecord(value) ? Object.values(value) : [value];
  });
  const reference = schema['$ref'] ?? schema['$recursiveRef'];
  return typeof reference === 'string' ? [...parts, target(reference, root)] : parts;
}

/** References by JSON pointer; those by `$id` or `$anchor` are bounded by the budget of look-ups. */
function target(reference: string, root: unknown): unknown {
  if (!/^#(\/|$)/.test(reference)) return undefined;
  let found = root;
  for (const step of reference.slice(2).split('/').filter(Boolean)) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  }
  return found;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function allSchemas(root: unknown): readonly unknown[] {
  const found: unknown[] = [root];
  for (let at = 0; at < found.length; at += 1) {
    const schema = found[at];
    if (!isRecord(schema)) continue;
    for (const [key, value] of Object.entries(schema)) {
      const place = keywords.get(key);
      if (place === undefined || place === 'plain') continue;
      found.push(
        ...(Array.isArray(value) ? value : place === 'map' && isRecord(value) ? Object.values(value) : [value]),
      );
    }
  }
  return found;
}
