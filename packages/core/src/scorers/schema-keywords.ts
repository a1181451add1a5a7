// The keywords of JSON Schema (drafts 7, 2019-09, 2020-12), and where schemas stand in them. A keyword that is none is
// a mistake that would let everything through, so it is told.
export type Place = 'schema' | 'schemas' | 'schema-or-schemas' | 'map' | 'plain';

const placed: Readonly<Record<Exclude<Place, 'plain'>, string>> = {
  schema: `additionalItems unevaluatedItems contains additionalProperties unevaluatedProperties propertyNames not if then
    else contentSchema`,
  schemas: 'prefixItems allOf anyOf oneOf',
  'schema-or-schemas': 'items',
  map: '$defs definitions properties patternProperties dependentSchemas dependencies',
};

const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  type: (value) => [value].flat().every((name) => typeof name === 'string' && types.has(name)),
  required: isTexts,
  enum: Array.isArray,
  properties: isMap,
  patternProperties: isMap,
  definitions: isMap,
  $defs: isMap,
  dependentSchemas: isMap,
  dependentRequired: isMap,
  pattern: isText,
  format: isText,
  $ref: isText,
  $id: isText,
  uniqueItems: (value) => typeof value === 'boolean',
  minimum: isNumber,
  maximum: isNumber,
  multipleOf: (value) => isNumber(value) && (value as number) > 0,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minContains: isCount,
  maxContains: isCount,
  minProperties: isCount,
  maxProperties: isCount,
};

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

const others = `$schema $id $ref $anchor $comment $vocabulary $recursiveRef $recursiveAnchor title description default
  deprecated readOnly writeOnly examples type enum const required minimum maximum exclusiveMinimum exclusiveMaximum
  multipleOf minLength maxLength pattern format minItems maxItems uniqueItems minContains maxContains minProperties
  maxProperties dependentRequired contentMediaType contentEncoding nullable`;

const names = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Where schemas stand in a keyword's value; undefined for what is no keyword. */
export const keywords: ReadonlyMap<string, Place> = new Map<string, Place>([
  ...names(others).map((name): [string, Place] => [name, 'plain']),
  ...(Object.keys(placed) as Exclude<Place, 'plain'>[]).flatMap((place) =>
    names(placed[place]).map((name): [string, Place] => [name, place]),
  ),
]);

/** Keywords that judge the same value as the schema they stand in, not a part of it. */
export const inPlace: ReadonlySet<string> = new Set(
  names('allOf anyOf oneOf not if then else dependentSchemas dependencies'),
);

export const isKeywordValue = (keyword: string, value: unknown): boolean => checks[keyword]?.(value) ?? true;

export const formats: ReadonlySet<string> = new Set(
  names(`date time date-time duration uri uri-reference uri-template email hostname ipv4 ipv6 regex uuid json-pointer
    json-pointer-uri-fragment relative-json-pointer`),
);

/**
 * Formats that OpenAPI and promptfoo know beside the standard's, said in other keywords. `url` is here because the
 * expression that is in use everywhere takes exponential time on some texts.
 */
export const formatsInKeywords: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  int32: { anyOf: [{ not: { type: 'number' } }, { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }] },
  int64: { anyOf: [{ not: { type: 'number' } }, { type: 'integer' }] },
  float: {},
  double: {},
  password: {},
  binary: {},
  byte: { pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' },
  url: { pattern: '^(?:[hH][tT][tT][pP][sS]?|[fF][tT][pP])://[^\\s/?#.][^\\s/?#]*\\.[^\\s]+$' },
  'iso-time': { pattern: '^(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[zZ]|[+-]\\d\\d(?::?\\d\\d)?)?$' },
  'iso-date-time': {
    pattern:
      '^\\d{4}-(?:0\\d|1[0-2])-(?:[0-2]\\d|3[01])[tT\\s](?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[zZ]|[+-]\\d\\d(?::?\\d\\d)?)?$',
  },
};

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}
function isText(value: unknown): boolean {
  return typeof value === 'string';
}
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}
function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}
function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
