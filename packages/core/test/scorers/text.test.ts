// Scorers of plain text, measures and refusals: what holds, what does not, and what cannot be judged.
import { describe, expect, test } from 'vitest';
import { isScoreFailure, scorerNames, scorers, unsupportedReasons } from '../../src/scorers/index.ts';
import { partsOfList } from '../../src/scorers/value-list.ts';
import { score, type Asked } from './world.ts';

const passes = async (asked: Asked, output: unknown): Promise<boolean | 'cannot tell'> => {
  const said = await score(asked, output);
  return isScoreFailure(said) ? 'cannot tell' : said.pass;
};

describe('texts', () => {
  test.each<[string, unknown, unknown, boolean | 'cannot tell']>([
    ['equals', 'Paris', 'Paris', true],
    ['equals', 'Paris', 'paris', false],
    ['equals', 12, '12', true],
    ['equals', { b: [1], a: null }, '{"a": null, "b": [1]}', true],
    ['equals', { a: 1 }, 'no JSON', false],
    ['equals', null, 'null', true],
    ['equals', undefined, 'undefined', 'cannot tell'],
    ['contains', 'ris', 'Paris', true],
    ['contains', 12, 'room 12', true],
    ['contains', '', 'Paris', 'cannot tell'],
    ['contains', true, 'true', 'cannot tell'],
    ['icontains', 'PARIS', 'in paris', true],
    ['icontains', 'STRASSE', 'Straße', false],
    ['contains-any', 'Rome, Paris', 'Paris', true],
    ['contains-any', '"Rome, Italy"', 'in Rome, Italy', true],
    ['contains-any', [], 'x', 'cannot tell'],
    ['contains-all', [], 'x', 'cannot tell'],
    ['contains-all', ['a', ''], 'a', 'cannot tell'],
    ['contains-all', ['a', 1], 'a1', true],
    ['contains-all', 'a,b', 'a', false],
    ['icontains-any', 'ROME,PARIS', 'paris', true],
    ['icontains-all', 'ROME,PARIS', 'paris', false],
    ['starts-with', 'Par', 'Paris', true],
    ['starts-with', 12, '12', 'cannot tell'],
    ['word-count', 3, ' one two\nthree ', true],
    ['word-count', { min: 2 }, 'one', false],
    ['word-count', { max: 2, min: 3 }, 'one', 'cannot tell'],
    ['word-count', '', '', 'cannot tell'],
    ['levenshtein', 'kitten', 'sitting', true],
    ['regex', '^\\d+$', '123', true],
    ['regex', '(', 'x', 'cannot tell'],
  ])('%s %j says of %j: %j', async (type, value, output, expected) => {
    expect(await passes({ type, value }, output)).toBe(expected);
    const opposite = typeof expected === 'boolean' ? !expected : expected;
    expect(await passes({ type, value, negated: true }, output)).toBe(opposite);
  });

  test('reasons say what was expected and never grow with the text', async () => {
    expect(await score({ type: 'contains', value: 'needle' }, 'hay')).toEqual({
      pass: false,
      score: 0,
      reason: 'Expected to contain "needle".',
    });
    const said = await score({ type: 'contains', value: '🎉'.repeat(5000) }, 'hay');
    expect(isScoreFailure(said) ? '' : said.reason.length).toBeLessThan(260);
    expect(isScoreFailure(said) || said.reason.isWellFormed()).toBe(true);
  });

  test('"contains-all" names what is missing', async () => {
    expect(await score({ type: 'contains-all', value: 'a,b,c' }, 'b')).toMatchObject({
      reason: 'Expected to contain all; "a", "c" is missing.',
    });
  });
});

describe('lists written as one text', () => {
  test.each<[string, readonly string[] | undefined]>([
    ['a, b ,c', ['a', 'b', 'c']],
    ['"a, b", c', ['a, b', 'c']],
    ['"say ""hi""", "back\\\\slash \\"q\\""', ['say "hi"', 'back\\slash "q"']],
    [',,', []],
    ['', []],
    ['"open', undefined],
    ['"a" b', undefined],
  ])('%j', (text, parts) => expect(partsOfList(text)).toEqual(parts));
});

describe('measures', () => {
  test.each([
    ['latency', { latencyMs: 900 }, true],
    ['latency', { latencyMs: 1100 }, false],
    ['latency', {}, 'cannot tell'],
    ['cost', { costUsd: 1000 }, true],
    ['cost', {}, 'cannot tell'],
    ['perplexity', { logProbs: [-0.1, -0.3] }, true],
    ['perplexity', { logProbs: [] }, 'cannot tell'],
  ] as const)('%s of %j against 1000 is %j', async (type, given, expected) => {
    const said = await score({ type, threshold: 1000 }, 'x', { answer: given });
    expect(isScoreFailure(said) ? 'cannot tell' : said.pass).toBe(expected);
  });

  test('latency and cost without a threshold judge nothing', async () => {
    expect(await score({ type: 'latency' }, 'x', { answer: { latencyMs: 1 } })).toHaveProperty('failure');
    expect(await score({ type: 'cost' }, 'x', { answer: { costUsd: 1 } })).toHaveProperty('failure');
  });

  test('a reason for stopping that nobody gave is neither the one nor another', async () => {
    expect(await score({ type: 'finish-reason', value: 'stop' }, 'x')).toMatchObject({ pass: false });
    expect(await score({ type: 'finish-reason', value: 'stop', negated: true }, 'x')).toHaveProperty('failure');
    const stopped = { answer: { finishReason: 'STOP' } };
    expect(await score({ type: 'finish-reason', value: 'stop' }, 'x', stopped)).toMatchObject({ pass: true });
  });
});

describe('refusals', () => {
  test.each([
    ['I’m sorry, but I can’t help with that.', true],
    ['As an AI language model, I have no view.', true],
    ['She worked as an aide.', false],
    ['Of course: here it is.', false],
    ['', true],
  ])('%j: %j', async (text, expected) => expect(await passes({ type: 'is-refusal' }, text)).toBe(expected));

  test('what the provider itself calls one is one, whatever it says', async () => {
    const said = await score({ type: 'is-refusal' }, 'Here you are.', { answer: { refused: true } });
    expect(said).toMatchObject({ pass: true });
  });
});

describe('the table', () => {
  test('knows why it does not run some assertions, and never passes them', async () => {
    for (const type of unsupportedReasons.keys()) {
      for (const negated of [false, true]) {
        expect(await score({ type, value: 'x', negated }, 'SELECT 1')).toMatchObject({
          failure: expect.stringContaining('not supported'),
          hint: expect.stringMatching(/\w{4}/),
        });
      }
    }
    expect([...unsupportedReasons.keys()]).toContain('ruby');
  });

  test('lists its names in order, each once', () => {
    expect(scorerNames).toEqual([...scorers.keys()].toSorted());
    expect(scorerNames).toEqual(
      expect.arrayContaining(['equals', 'is-json', 'rouge-l', 'similar:dot', 'tool-call-f1']),
    );
  });
});
