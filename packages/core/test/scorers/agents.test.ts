// Tool calls, trajectories, traces, skills and similarity.
import { describe, expect, test } from 'vitest';
import { isScoreFailure, type ScoredAnswer, type ToolCall } from '../../src/scorers/index.ts';
import { letterEmbedder, score, type Asked } from './world.ts';

const tools = [
  {
    type: 'function',
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];
const called = (...calls: readonly (readonly [string, unknown])[]): readonly ToolCall[] =>
  calls.map(([name, args]) => ({ name, arguments: args }));

async function outcome(asked: Asked, answer: Partial<ScoredAnswer>, request = {}): Promise<boolean | 'cannot tell'> {
  const said = await score(asked, answer.output ?? '', {
    answer,
    request,
    world: { embedder: async () => letterEmbedder },
  });
  return isScoreFailure(said) ? 'cannot tell' : said.pass;
}

describe('tool calls', () => {
  const type = 'is-valid-openai-tools-call';

  test.each([
    [called(['weather', { city: 'Bern' }]), true],
    [called(['weather', { town: 'Bern' }]), false],
    [called(['weather', '{"city": "Bern"}']), true],
    [called(['weather', '{city']), false],
    [called(['news', {}]), false],
    [called(), false],
  ])('%j fit their tools: %j', async (toolCalls, expected) => {
    expect(await outcome({ type }, { toolCalls }, { tools })).toBe(expected);
    expect(await outcome({ type, negated: true }, { toolCalls }, { tools })).toBe(!expected);
  });

  test('cannot be judged without the tools that the request had', async () => {
    expect(await outcome({ type }, { toolCalls: called(['weather', {}]) })).toBe('cannot tell');
  });

  test.each([
    [{ function_call: { name: 'weather', arguments: '{"city": "Bern"}' } }, true],
    [{ name: 'weather', arguments: '{}' }, false],
    ['{"name": "weather"}', false],
  ])('of the older kind, %j: %j', async (output, expected) => {
    const request = { tools: [tools[0]?.function] };
    expect(await outcome({ type: 'is-valid-function-call' }, { output }, request)).toBe(expected);
  });

  test('are compared with the expected names as sets', async () => {
    const toolCalls = called(['search', {}], ['search', {}], ['buy', {}]);
    const said = await score({ type: 'tool-call-f1', value: 'search, sell' }, '', { answer: { toolCalls } });
    expect(said).toMatchObject({ pass: false, score: 0.5 });
    expect(await score({ type: 'tool-call-f1', value: ['search'] }, 'Calling:\n[{"name": "search"}]')).toMatchObject({
      pass: true,
      score: 1,
    });
  });
});

describe('trajectories', () => {
  const toolCalls = called(['search', { q: 'bern', limit: 10 }], ['fetch', {}], ['buy', { items: [1, 2] }]);

  test.each<[string, unknown, boolean | 'cannot tell']>([
    ['tool-used', ['search', 'buy'], true],
    ['tool-used', 'sell', false],
    ['tool-used', { pattern: 'f*', max: 1 }, true],
    ['tool-used', [], 'cannot tell'],
    ['tool-sequence', ['search', 'buy'], true],
    ['tool-sequence', ['buy', 'search'], false],
    ['tool-sequence', { mode: 'exact', steps: ['search', 'buy'] }, false],
    ['tool-args-match', { name: 'search', args: { q: 'bern' } }, true],
    ['tool-args-match', { name: 'search', args: { q: 'bern' }, mode: 'exact' }, false],
    ['tool-args-match', { name: 'search', args: { q: 'bern' }, mode: 'exact', defaults: { limit: 10 } }, true],
    ['tool-args-match', { name: 'search', args: { q: 'bern' }, mode: 'exact', ignore: 'lim*' }, true],
    ['tool-args-match', { name: 'search' }, 'cannot tell'],
    ['step-count', { type: 'tool', min: 3, max: 3 }, true],
    ['step-count', { max: 3 }, 'cannot tell'],
  ])('%s %j of three calls: %j', async (type, value, expected) => {
    expect(await outcome({ type: `trajectory:${type}`, value }, { toolCalls })).toBe(expected);
  });

  test('with "not-", none of several tools may be used', async () => {
    const asked = { type: 'trajectory:tool-used', value: ['search', 'sell'], negated: true };
    expect(await outcome(asked, { toolCalls })).toBe(false);
  });

  test('no call at all is known only where there were tools to call', async () => {
    const asked = { type: 'trajectory:tool-used', value: 'search', negated: true };
    expect(await outcome(asked, {})).toBe('cannot tell');
    expect(await outcome(asked, {}, { tools })).toBe(true);
  });

  test('are read off a trace where there is one', async () => {
    const spans = [
      { name: 'b', startTime: 2, attributes: { 'tool.name': 'buy' } },
      { name: 'a', startTime: 1, attributes: { 'tool.name': 'search', 'tool.arguments': '{"q": 1}' } },
    ];
    const metadata = { trace: { spans } };
    expect(await outcome({ type: 'trajectory:tool-sequence', value: ['search', 'buy'] }, { metadata })).toBe(true);
    expect(await outcome({ type: 'trajectory:step-count', value: { max: 1 } }, { metadata })).toBe(false);
  });
});

describe('traces', () => {
  const spans = [
    { name: 'llm', startTime: 0, endTime: 100 },
    { name: 'tool', startTime: 0, endTime: 10, statusCode: 2 },
  ];

  test.each<[string, unknown, boolean | 'cannot tell']>([
    ['trace-span-count', { pattern: '*', min: 2 }, true],
    ['trace-span-count', { pattern: 'T*', max: 0 }, false],
    ['trace-span-count', {}, 'cannot tell'],
    ['trace-span-duration', { max: 50 }, false],
    ['trace-span-duration', { max: 50, percentile: 50 }, true],
    ['trace-error-spans', 0, false],
    ['trace-error-spans', { max_percentage: 50 }, true],
  ])('%s %j: %j', async (type, value, expected) => {
    expect(await outcome({ type, value }, { metadata: { trace: { spans } } })).toBe(expected);
    expect(await outcome({ type, value }, {})).toBe('cannot tell');
  });
});

describe('skills', () => {
  const metadata = { skillCalls: [{ name: 'pdf' }, { name: 'pdf' }, { name: 'xls', is_error: true }] };

  test.each<[unknown, boolean | 'cannot tell']>([
    ['pdf', true],
    ['xls', false],
    [{ name: 'pdf', max: 1 }, false],
    [{ pattern: 'p*', min: 2 }, true],
    [{ min: 1 }, 'cannot tell'],
  ])('%j was used: %j', async (value, expected) => {
    expect(await outcome({ type: 'skill-used', value }, { metadata })).toBe(expected);
    expect(await outcome({ type: 'skill-used', value: 'pdf', negated: true }, {})).toBe('cannot tell');
  });
});

describe('similarity', () => {
  test.each<[string, unknown, number, boolean, number]>([
    ['similar', 'aab', 0.75, true, 1],
    ['similar:cosine', 'ab', 0.95, false, 3 / Math.sqrt(10)],
    ['similar:dot', 'ab', 3, true, 3],
    ['similar:euclidean', 'ab', 1, true, 0.5],
    ['similar', ['zz', 'aab'], 0.75, true, 1],
  ])('%s of "aab" to %j at %d: %j, %d', async (type, value, threshold, pass, expected) => {
    const said = await score({ type, value, threshold }, 'aab', { world: { embedder: async () => letterEmbedder } });
    expect(said).toMatchObject({ pass, score: expect.closeTo(expected, 12) });
  });

  test('cannot be told without a model, and carries what the model says', async () => {
    expect(await score({ type: 'similar', value: 'a' }, 'a')).toHaveProperty('failure');
    const broken = { id: 'x', embed: async () => ({ failure: 'it is down', hint: 'Start it.' }) };
    expect(await score({ type: 'similar', value: 'a' }, 'a', { world: { embedder: async () => broken } })).toEqual({
      failure: 'it is down',
      hint: 'Start it.',
    });
    const odd = {
      id: 'x',
      embed: async () => ({
        vectors: [
          [1, Number.NaN],
          [1, 2],
        ],
      }),
    };
    expect(await score({ type: 'similar', value: 'a' }, 'a', { world: { embedder: async () => odd } })).toHaveProperty(
      'failure',
    );
  });
});
