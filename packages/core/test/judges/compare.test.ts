// Comparing answers: every order is asked, and a choice that follows the order is a tie.
import { comparePair, judgeComparers } from '@pawl/core/judges';
import type { CompareRequest } from '@pawl/core/scorers';
import { describe, expect, test } from 'vitest';
import { assertion, judgeWorld, said } from './judge-world.ts';

const best = assertion('select-best', { value: 'the most polite' });
const answer = (text: string) => ({ output: text, text });
const candidates = (texts: readonly string[]): CompareRequest['candidates'] =>
  texts.map((text) => ({ column: text, answer: answer(text), prompt: 'p', score: 1, parts: [] }));
const compare = (type: string, texts: readonly string[], world: ReturnType<typeof judgeWorld>) =>
  judgeComparers.get(type)?.(
    { assertion: { ...best, type }, candidates: candidates(texts), vars: {}, metadata: {} },
    world,
  );

/** Likes a text, wherever it stands. */
const likes = (text: string) =>
  judgeWorld((asked) => {
    const places = [...said(asked).matchAll(/begin answer (\d)>>>\n(\w+)\n/g)];
    return places.find(([, , shown]) => shown === text)?.[1] ?? '0';
  });

describe('select-best', () => {
  test('is won by whom the judge chooses in every order', async () => {
    const world = likes('b');
    expect(await compare('select-best', ['a', 'b', 'c'], world)).toMatchObject([
      { pass: false, score: 0 },
      { pass: true, score: 1 },
      { pass: false, score: 0 },
    ]);
    expect(world.requests).toHaveLength(3);
  });

  test('a judge that always takes the first makes a tie', async () => {
    const results = await compare('select-best', ['a', 'b'], judgeWorld('0'));
    expect(results).toMatchObject([
      { pass: false, score: 0.5, reason: expect.stringContaining('order') },
      { pass: false, score: 0.5 },
    ]);
  });

  test.each(['The second one', '7', '0 or 1'])('cannot read %j, and nobody wins', async (reply) => {
    const results = await compare('select-best', ['a', 'b'], judgeWorld(reply));
    expect(results).toEqual([{ failure: expect.any(String), hint: expect.any(String) }, expect.anything()]);
  });
});

describe('pairwise', () => {
  const pairwise = assertion('pairwise', { value: 'the most polite' });
  const pair = { assertion: pairwise, after: answer('new'), before: answer('old'), prompt: 'p', vars: {} };
  test('is 1 for better, 0 for worse, and a tie where the choice follows the order', async () => {
    expect(await comparePair(pair, likes('new'))).toMatchObject({ pass: true, score: 1 });
    expect(await comparePair(pair, likes('old'))).toMatchObject({ pass: false, score: 0 });
    const tie = await comparePair(pair, judgeWorld('1'));
    expect(tie).toMatchObject({ pass: true, score: 0.5, metadata: { orderFlip: true } });
  });

  test('asks nobody about two equal answers', async () => {
    const world = likes('new');
    expect(await comparePair({ ...pair, before: answer('new') }, world)).toMatchObject({ score: 0.5, pass: true });
    expect(world.requests).toHaveLength(0);
  });

  test('cannot tell without a baseline', async () => {
    const [result] = (await compare('pairwise', ['a'], judgeWorld('0'))) ?? [];
    expect(result).toHaveProperty('failure');
  });
});

describe('max-score', () => {
  const part = (type: string, score: number) => ({
    assertion: assertion(type),
    score: { pass: true, score, reason: '' },
  });
  const columns = [
    [part('contains', 0.5), part('llm-rubric', 0.5)],
    [part('contains', 0), part('llm-rubric', 0.9)],
  ].map((parts, at) => ({ column: String(at), answer: answer('x'), prompt: 'p', score: 1, parts }));
  const run = (value: unknown, of = columns) =>
    judgeComparers.get('max-score')?.(
      { assertion: assertion('max-score', { value }), candidates: of, vars: {}, metadata: {} },
      {},
    );

  test.each([
    ['the mean', undefined, [true, false]],
    ['weights', { weights: { contains: 0 } }, [false, true]],
    ['a threshold that nobody reaches', { threshold: 0.95 }, [false, false]],
    ['a sum', { method: 'sum', weights: { 'llm-rubric': 3 } }, [false, true]],
  ])('takes %s', (_, value, won) => {
    expect(run(value)).toMatchObject(won.map((pass) => ({ pass, score: pass ? 1 : 0 })));
  });

  test('needs scores to compare', () => {
    expect(
      run(
        undefined,
        columns.map((column) => ({ ...column, parts: [] })),
      ),
    ).toMatchObject([{ failure: expect.any(String) }, { failure: expect.any(String) }]);
  });
});
