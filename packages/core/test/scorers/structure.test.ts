// JSON and its schemas, XML and HTML: the whole answer and pieces of it.
import { describe, expect, test } from 'vitest';
import { isScoreFailure, readJsonSchema } from '../../src/scorers/index.ts';
import { objectsInText } from '../../src/scorers/json-in-text.ts';
import { score } from './world.ts';

type Outcome = boolean | 'cannot tell';

async function outcome(type: string, value: unknown, output: unknown, negated = false): Promise<Outcome> {
  const said = await score({ type, value, negated }, output);
  return isScoreFailure(said) ? 'cannot tell' : said.pass;
}

describe('JSON', () => {
  test.each<[string, unknown, string, Outcome]>([
    ['is-json', undefined, '{"a": 1}', true],
    ['is-json', undefined, 'a: 1', false],
    ['is-json', { required: ['a'] }, '{"a": 1}', true],
    ['is-json', { required: ['a'] }, '{}', false],
    ['is-json', 'type: object\nrequired: [a]', '{"b": 1}', false],
    ['is-json', { requird: ['a'] }, '{}', 'cannot tell'],
    ['contains-json', undefined, 'Here: {"a": 1}.', true],
    ['contains-json', undefined, "Here: {a: 'x', // why\n}", true],
    ['contains-json', undefined, 'Nothing here.', false],
    ['contains-json', { required: ['b'] }, '{"a": 1} or {"b": 2}', true],
    ['contains-json', { required: ['c'] }, '{"a": 1} or {"b": 2}', false],
  ])('%s %j says of %j: %j', async (type, value, output, expected) => {
    expect(await outcome(type, value, output)).toBe(expected);
    expect(await outcome(type, value, output, true)).toBe(typeof expected === 'boolean' ? !expected : expected);
  });

  test('an object that is cut off at the end of an answer is still found', () => {
    expect(objectsInText('{"a": {"b": 1')).toEqual({ objects: [{ a: { b: 1 } }] });
  });

  test('reasons name what is wrong and where', async () => {
    const value = { properties: { a: { items: { type: 'integer' } } } };
    expect(await score({ type: 'is-json', value }, '{"a": [1, "x"]}')).toMatchObject({
      reason: 'The JSON does not conform to the schema: Instance type "string" is invalid. Expected "integer" at /a/1.',
    });
  });
});

describe('a schema', () => {
  const failure = (schema: unknown): string => {
    const read = readJsonSchema(schema);
    return 'failure' in read ? read.failure : '';
  };

  test.each([
    [{ typ: 'string' }, 'did you mean "type"?'],
    [{ type: 'strng' }, 'wrong value for "type"'],
    [{ properties: [] }, 'wrong value for "properties"'],
    [{ properties: { a: { minLenght: 1 } } }, 'did you mean "minLength"?'],
    [{ format: 'postcode' }, 'format "postcode"'],
    [{ pattern: '(' }, 'no regular expression'],
    [{ $schema: 'https://example.com/my-schema' }, 'no draft'],
    [{ $ref: '#/definitions/a' }, 'nothing is fetched'],
    [{ $ref: 'https://example.com/schema.json' }, 'nothing is fetched'],
    [{ $ref: 'file:///etc/passwd' }, 'nothing is fetched'],
    [{ $ref: '#' }, 'refers to itself'],
    [{ definitions: { a: { anyOf: [{ $ref: '#/definitions/a' }] } } }, 'refers to itself'],
    ['a: [', 'no object'],
    ['&a [*a]', 'no object'],
  ])('%j is refused: %s', (schema, words) => expect(failure(schema)).toContain(words));

  test('may refer to itself where a value gets smaller', () => {
    const tree = { type: 'object', properties: { next: { $ref: '#' } }, additionalProperties: false };
    const read = readJsonSchema(tree);
    expect('check' in read && read.check({ next: { next: {} } })).toEqual({});
    expect('check' in read && read.check({ next: { other: {} } })).toHaveProperty('wrong');
  });

  test('may be of 2019-09 and 2020-12, and is not changed by being read', () => {
    const schema = Object.freeze({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      prefixItems: Object.freeze([Object.freeze({ type: 'integer' })]),
      items: false,
    });
    const read = readJsonSchema(schema);
    expect('check' in read && read.check([1])).toEqual({});
    expect('check' in read && read.check([1, 2])).toHaveProperty('wrong');
  });

  test.each([
    ['date', '2024-02-29', '2023-02-29'],
    ['email', 'a@b.example', 'a@'],
    ['uri', 'https://a.example/b', '/b'],
    ['url', 'https://a.example/b', 'ftp//a'],
    ['uuid', '123e4567-e89b-12d3-a456-426614174000', '123'],
    ['int32', 2 ** 31 - 1, 2 ** 31],
    ['byte', 'aGVsbG8=', 'a'],
    ['iso-date-time', '2024-02-29 12:00:00', '2024-02-29'],
  ])('checks the format %s', (format, right, wrong) => {
    const read = readJsonSchema({ format });
    expect('check' in read && read.check(right)).toEqual({});
    expect('check' in read && read.check(wrong)).toHaveProperty('wrong');
  });
});

describe('XML', () => {
  test.each<[string, unknown, string, Outcome]>([
    ['is-xml', undefined, '<a><b/></a>', true],
    ['is-xml', undefined, '<a><b></a>', false],
    ['is-xml', undefined, '<a>&nope;</a>', false],
    ['is-xml', undefined, '<x:a/>', false],
    ['is-xml', 'a.b,a.c', '<a><b/><c>1</c></a>', true],
    ['is-xml', 'a.b.1', '<a><b/><b/></a>', true],
    ['is-xml', 'a.@_id', '<a id="1"/>', true],
    ['is-xml', 'a.constructor', '<a><b/></a>', false],
    ['is-xml', undefined, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', false],
    ['contains-xml', undefined, 'Here: <a>1</a>', true],
    ['contains-xml', undefined, '1 < 2 and 3 > 2', false],
    ['contains-xml', ['a', 'b'], 'both <a/> and <b/>', true],
    ['contains-xml', { requiredElements: ['a.b'] }, 'no <a/>', false],
    ['contains-xml', { wanted: ['a.b'] }, '<a/>', 'cannot tell'],
  ])('%s %j says of %j: %j', async (type, value, output, expected) => {
    expect(await outcome(type, value, output)).toBe(expected);
    expect(await outcome(type, value, output, true)).toBe(typeof expected === 'boolean' ? !expected : expected);
  });
});

describe('HTML', () => {
  test.each<[string, string, boolean]>([
    ['is-html', '<p>Hello</p>', true],
    ['is-html', 'Hello <b>you</b>', false],
    ['is-html', '<foo>bar</foo>', false],
    ['is-html', '<my-card></my-card>', true],
    ['is-html', '', false],
    ['contains-html', 'Hello <b class="x">you</b>', true],
    ['contains-html', '5 <6 and 7> 4', false],
    ['contains-html', '<!-- note --> &amp;', true],
  ])('%s says of %j: %j', async (type, output, expected) => {
    expect(await outcome(type, undefined, output)).toBe(expected);
    expect(await outcome(type, undefined, output, true)).toBe(!expected);
  });
});
