// Answers, patterns and schemas that are made to hang or to fill memory end quickly, and what was not judged says so.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isScoreFailure, matchCost, scorers, type ScorerWorld } from '../../src/scorers/index.ts';
import { score } from './world.ts';

const million = 1_000_000;

describe('a pattern', () => {
  test.each([
    ['(a+)+$', 40],
    ['(a|a)*b', 40],
    ['(x+x+)+y', 40],
    ['(.*a){25}', 40],
    ['(?:a?){50}a{50}', 60],
    ['a.*b.*c', million],
    ['(\\w+\\s?)*$', 60],
    ['(a)\\1+\\1+\\1+b', 20_000],
    ['^(?:.*,)*x$', 60],
  ])('%s that may never end is not run on %i characters', async (value, length) => {
    const said = await score({ type: 'regex', value }, 'a'.repeat(length));
    expect(said).toMatchObject({ failure: expect.stringContaining('too long') });
    expect(await score({ type: 'regex', value, negated: true }, 'a'.repeat(length))).toHaveProperty('failure');
  });

  test.each([
    ['The answer is \\d+', 1e6],
    ['^(?:yes|no)\\b', 1e6],
    ['\\b[A-Z]{2}\\d{6}\\b', 1e6],
    ['(\\d{4})-(\\d{2})-(\\d{2})', 1e5],
    ['^\\s*\\{.*\\}\\s*$', 1e5],
    ['^[^@]+@[^@]+$', 1e6],
    ['.*foo.*bar', 500],
  ])('%s that people write runs right here on %i characters', (pattern, length) => {
    expect(matchCost(pattern)(length)).toBeLessThanOrEqual(5e8);
  });

  test('that may never end runs where there is a limit of time, and its end is told', async () => {
    const asked: string[] = [];
    const world = (result: Awaited<ReturnType<NonNullable<ScorerWorld['scripts']>['matches']>>): ScorerWorld => ({
      scripts: {
        run: async () => ({ failure: 'not asked for' }),
        matches: async (pattern) => {
          asked.push(pattern);
          return result;
        },
        close: async () => undefined,
      },
    });
    const ask = { type: 'regex', value: '(a+)+$' };
    expect(await score(ask, 'aaa', { world: world({ found: true }) })).toMatchObject({ pass: true });
    expect(await score(ask, 'aaa', { world: world({ failure: 'it took longer than 1 s' }) })).toMatchObject({
      failure: expect.stringContaining('longer than 1 s'),
    });
    expect(asked).toHaveLength(2);
  });
});

describe('a schema', () => {
  const nested = (depth: number): unknown => (depth === 0 ? {} : { a: nested(depth - 1) });
  const branching = {
    $ref: '#/definitions/n',
    definitions: {
      n: {
        anyOf: [
          { properties: { a: { $ref: '#/definitions/n' } }, required: ['x'] },
          { properties: { a: { $ref: '#/definitions/n' } }, required: ['y'] },
        ],
      },
    },
  };

  test.each([
    ['that branches at every level', branching, nested(60)],
    ['with a pattern that never ends', { pattern: '(a+)+$' }, `${'a'.repeat(50)}b`],
    ['with such a pattern for names', { patternProperties: { '(a+)+$': true } }, { [`${'a'.repeat(50)}b`]: 1 }],
    ['that compares all with all', { uniqueItems: true }, Array.from({ length: 20_000 }, (_, index) => index)],
    ['of a value nested too deeply', { type: 'object' }, nested(1000)],
  ])('%s is given up', async (_, value, output) => {
    const text = JSON.stringify(output);
    expect(await score({ type: 'is-json', value }, text)).toHaveProperty('failure');
    expect(await score({ type: 'is-json', value, negated: true }, text)).toHaveProperty('failure');
  });

  test.each(['url', 'email', 'uri', 'hostname', 'uri-template', 'duration', 'regex', 'ipv6'])(
    'ends on a long text with the format %s',
    async (format) => {
      const texts = [`http://${'a-'.repeat(20_000)}!`, '{a,'.repeat(20_000), ':1'.repeat(20_000), '('.repeat(20_000)];
      for (const text of texts) {
        const said = await score({ type: 'is-json', value: { format } }, JSON.stringify(text));
        expect(isScoreFailure(said) ? undefined : said.reason.length).toBeLessThan(500);
      }
    },
  );
});

describe('an answer of many megabytes', () => {
  test.each<[string, unknown, string]>([
    ['equals', { a: 1 }, '['.repeat(2 * million)],
    ['contains-all', 'a,b,c', 'x'.repeat(10 * million)],
    ['regex', 'fox', 'x'.repeat(10 * million)],
    ['levenshtein', 'short', 'x'.repeat(10 * million)],
    ['is-refusal', undefined, 'x'.repeat(10 * million)],
    ['is-json', { type: 'array' }, '['.repeat(2 * million) + ']'.repeat(2 * million)],
    ['contains-json', undefined, '{'.repeat(2 * million)],
    ['contains-json', undefined, '{a'.repeat(million)],
    ['is-xml', undefined, '<a>'.repeat(million)],
    ['contains-xml', 'z', '<p><a/>'.repeat(100_000)],
    ['contains-xml', 'z', '<a "'.repeat(200_000)],
    ['is-html', undefined, '<b><p>'.repeat(200_000)],
    ['contains-html', undefined, '<a '.repeat(3 * million)],
    ['contains-html', undefined, '<!--'.repeat(2 * million)],
    ['bleu', 'a b c', 'a '.repeat(5 * million)],
    ['rouge-l', 'a '.repeat(50_000), 'b '.repeat(50_000)],
    ['rouge-n', 'a', `"'`.repeat(100_000)],
    ['tool-call-f1', 'a', '['.repeat(900_000)],
    ['tool-call-f1', 'a', '{"a":'.repeat(60_000)],
  ])('does not hold up %s %j', async (type, value, output) => {
    const said = await score({ type, value }, output);
    expect(isScoreFailure(said) || !said.pass || type === 'contains-html').toBe(true);
    if (isScoreFailure(said)) expect(said.failure.length).toBeLessThan(400);
  });
});

test('no scorer throws, whatever the answer and its assertion are', async () => {
  const value = fc.oneof(
    fc.anything({ maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('(', '"', '{', '<a>', '#'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...scorers.keys()),
      value,
      fc.json(),
      fc.boolean(),
      async (type, given, output, negated) => {
        const said = await score({ type, value: given, negated }, output);
        if (!isScoreFailure(said)) expect(typeof said.pass).toBe('boolean');
      },
    ),
    { numRuns: 400 },
  );
});
