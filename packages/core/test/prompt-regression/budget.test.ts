import { expect, test } from 'vitest';
import type { ModelReply } from '../../src/ports/model-provider.ts';
import { fakeProvider } from '../../src/ports/testing/index.ts';
import { Asker } from '../../src/prompt-regression/ask.ts';
import { Budget } from '../../src/prompt-regression/budget.ts';

const reply = (costUsd?: number, more: Partial<ModelReply> = {}): ModelReply => ({
  text: 'x',
  reused: false,
  usage: { promptTokens: 60, completionTokens: 40 },
  ...(costUsd !== undefined && { costUsd }),
  ...more,
});
const askAll = (budget: Budget, answers: readonly ModelReply[]) =>
  answers.filter((answer) => {
    if (budget.begin() !== undefined) return false;
    budget.end(answer);
    return true;
  }).length;

test('asking stops when the answers have cost as much as they may', () => {
  const budget = new Budget({ maxCostUsd: 1 });
  expect(
    askAll(
      budget,
      Array.from({ length: 20 }, () => reply(0.25)),
    ),
  ).toBe(4);
  expect(budget.costUsd).toBe(1);
  expect(budget.begin()).toMatchObject({ failure: 'the budget of $1 is spent' });
});

test('what is under way counts as what came before cost, so that it does not overrun', () => {
  const budget = new Budget({ maxCostUsd: 1 });
  askAll(budget, [reply(0.2)]);
  let started = 0;
  while (started < 50 && budget.begin() === undefined) started += 1;
  expect(started).toBe(4);
  for (let index = 0; index < started; index++) budget.end(reply(0.2));
  expect(budget.costUsd).toBeCloseTo(1);
});

test('a first wave of which nobody knows what it takes is small', async () => {
  let under = 0;
  let most = 0;
  const dear = {
    id: 'dear',
    complete: async () => {
      most = Math.max(most, ++under);
      await Promise.resolve();
      under -= 1;
      return reply(0.2);
    },
  };
  const asker = new Asker({ maxCostUsd: 2 });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, repeat) => asker.ask(dear, { model: 'm', messages: [], parameters: {}, repeat })),
  );

  expect(most).toBeLessThanOrEqual(10);
  expect(answers.filter((answer) => 'text' in answer)).toHaveLength(10);
  expect(asker.costUsd).toBeCloseTo(2);
});

test('an endpoint that fails lets the next find out, and what is recorded waits for nobody', async () => {
  let asked = 0;
  const flaky = {
    ...fakeProvider(() => (++asked < 9 ? { failure: 'down', hint: '' } : reply(0.01))),
    recorded: ({ repeat }: { readonly repeat: number }) => (repeat === 7 ? reply(5, { reused: true }) : undefined),
  };
  const asker = new Asker({ maxCostUsd: 1 });
  const request = { model: 'm', messages: [], parameters: {} };
  await Promise.all(Array.from({ length: 20 }, (_, repeat) => asker.ask(flaky, { ...request, repeat })));

  expect(asker).toMatchObject({ asked: 20, failed: 8, reused: 1 });
});

test('reused answers cost nothing, failures free their place, and judges are paid from the same purse', () => {
  const budget = new Budget({ maxCostUsd: 1, maxTokens: 1000 });
  expect(
    askAll(
      budget,
      Array.from({ length: 50 }, () => reply(0.5, { reused: true })),
    ),
  ).toBe(50);
  expect(budget.costUsd).toBeUndefined();
  for (let index = 0; index < 50; index++) {
    expect(budget.begin()).toBeUndefined();
    budget.end({ failure: 'down', hint: '' });
  }
  budget.spend(1);
  expect(budget.begin()).toMatchObject({ failure: expect.stringContaining('$1') });
});

test('tokens and minutes end asking too, each in its own words', () => {
  const tokens = new Budget({ maxTokens: 300 });
  expect(
    askAll(
      tokens,
      Array.from({ length: 9 }, () => reply()),
    ),
  ).toBe(3);
  expect(tokens.begin()).toMatchObject({ failure: 'the budget of 300 tokens is spent' });

  let now = 1_000_000;
  const minutes = new Budget({ maxMinutes: 2, now: () => now });
  expect(minutes.begin()).toBeUndefined();
  now += 120_000;
  expect(minutes.begin()).toMatchObject({ failure: 'the time of 2 minutes is over' });
});

test('an endpoint that tells no price or no tokens is asked once where they are limited', () => {
  expect(askAll(new Budget({ maxCostUsd: 1 }), [reply(), reply()])).toBe(1);
  const { usage: _usage, ...uncounted } = reply(0.1);
  expect(askAll(new Budget({ maxTokens: 1000 }), [uncounted, uncounted])).toBe(1);
});

test('a spent budget still gives what is recorded', async () => {
  const request = { model: 'm', messages: [], parameters: {}, repeat: 0 };
  const provider = {
    ...fakeProvider(() => reply(5)),
    recorded: ({ repeat }: { readonly repeat: number }) => (repeat === 1 ? reply(5, { reused: true }) : undefined),
  };
  const asker = new Asker({ maxCostUsd: 1 });
  expect(await asker.ask(provider, request)).toHaveProperty('text');
  expect(await asker.ask(provider, { ...request, repeat: 1 })).toMatchObject({ reused: true });
  expect(await asker.ask(provider, { ...request, repeat: 2 })).toHaveProperty('failure');
  expect(asker).toMatchObject({ asked: 3, reused: 1, failed: 1, costUsd: 5 });
});
