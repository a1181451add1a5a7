// Answers are judged when no more come, one at a time, and always in the end.
import { expect, test } from 'vitest';
import type { ModelRequest } from '@pawl/core';
import { openAiProvider, Pacer } from '@pawl/models';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import { quietTurn } from '../src/quiet-turn.ts';

const round = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('a burst is taken in before the first of it is judged; then it is one a round, in order', async () => {
  const judged: number[] = [];
  const answer = (index: number) => quietTurn().then(() => void judged.push(index));
  const all: Promise<void>[] = [];
  for (let index = 0; index < 5; index++) {
    all.push(answer(index));
    await round();
  }
  expect(judged).toEqual([]);
  const seen: number[] = [];
  while (judged.length < 5) {
    await round();
    seen.push(judged.length);
  }
  expect(seen.filter((count) => count > 0)).toEqual([1, 2, 3, 4, 5]);
  expect(judged).toEqual([0, 1, 2, 3, 4]);
  await Promise.all(all);
});

test('where answers never stop coming they are judged all the same', async () => {
  let judged = 0;
  const all: Promise<void>[] = [];
  for (let index = 0; index < 200; index++) {
    all.push(quietTurn().then(() => void (judged += 1)));
    await round();
  }
  expect(judged).toBeGreaterThan(5);
  await Promise.all(all);
  expect(judged).toBe(200);
});

test('the next request of a place is on its way before the answer is given out', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'fine' });
  const provider = openAiProvider({ baseUrl: server.baseUrl, pacer: new Pacer({ max: 1 }) });
  const request = (text: string): ModelRequest => ({
    model: 'small',
    messages: [{ role: 'user', content: text }],
    parameters: {},
    repeat: 0,
  });
  const asked: number[] = [];
  await Promise.all(
    ['one', 'two', 'three'].map(async (text) => {
      await provider.complete(request(text));
      asked.push(server.requests.length);
    }),
  );
  expect(asked).toEqual([2, 3, 3]);
});
