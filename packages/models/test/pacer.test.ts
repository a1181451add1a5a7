// How many requests an endpoint is sent at a time, and what happens when it answers nobody.
import { expect, test } from 'vitest';
import type { ModelRequest } from '@pawl/core';
import { openAiProvider, Pacer } from '@pawl/models';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import type { Turn } from '../src/pacer.ts';
import { durationOf, pauseAsked } from '../src/rate-limits.ts';

const ask = (text: string): ModelRequest => ({
  model: 'small',
  messages: [{ role: 'user', content: text }],
  parameters: {},
  repeat: 0,
});
const enter = async (pacer: Pacer, again = false): Promise<Turn> => {
  const turn = await pacer.enter(again);
  if ('refused' in turn) throw new Error(turn.refused);
  return turn;
};
const ok = { kind: 'answered', slow: false } as const;
/** A clock that moves when somebody sleeps. */
const clock = () => {
  let time = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds);
      await Promise.resolve();
      time += milliseconds;
    },
  };
};

test('as many as asked for go at once, and the next one goes when one is back', async () => {
  const pacer = new Pacer({ max: 3 });
  const turns = await Promise.all([enter(pacer), enter(pacer), enter(pacer)]);
  const order: string[] = [];
  const fourth = enter(pacer).then(() => order.push('fourth'));
  const fifth = enter(pacer).then(() => order.push('fifth'));
  await Promise.resolve();
  expect(order).toEqual([]);

  turns[1]?.leave(ok);
  await fourth;
  expect(order).toEqual(['fourth']);
  turns[0]?.leave(ok);
  await fifth;
});

test('whoever waits starts while the one before leaves, and not some promises later', async () => {
  const pacer = new Pacer({ max: 1 });
  const first = await enter(pacer);
  const started: number[] = [];
  for (const number of [2, 3])
    pacer.queue(false, undefined, (turn) => {
      started.push(number);
      if (number === 2 && 'leave' in turn) turn.leave(ok);
    });
  expect(started).toEqual([]);

  first.leave(ok);
  expect(started).toEqual([2, 3]);
});

test('while somebody waits no place is empty: 50 ms of latency cost what they must and no more', async () => {
  const [max, requests, latency] = [32, 3200, 50];
  const pacer = new Pacer({ max });
  const open: { readonly until: number; readonly turn: Turn }[] = [];
  let now = 0;
  let answered = 0;
  for (let index = 0; index < requests; index++)
    void enter(pacer).then((turn) => open.push({ until: now + latency, turn }));
  while (answered < requests) {
    // Whoever was let in has come in.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    const next = open.shift();
    if (next === undefined) throw new Error('nobody is under way, and not all are answered');
    now = next.until;
    next.turn.leave(ok);
    answered += 1;
  }
  expect(now).toBe((requests / max) * latency);
});

test('one wave of refusals halves the number once, and success brings it back', async () => {
  const pacer = new Pacer({ max: 16, ...clock() });
  const wave = await Promise.all(Array.from({ length: 16 }, () => enter(pacer)));
  for (const turn of wave) turn.leave({ kind: 'overload' });
  expect(pacer.limit).toBe(8);

  for (let index = 0; index < 100; index++) (await enter(pacer)).leave(ok);
  expect(pacer.limit).toBe(16);
});

test('answers that take more than half of the time limit lower the number gently', async () => {
  const pacer = new Pacer({ max: 10 });
  (await enter(pacer)).leave({ kind: 'answered', slow: true });
  expect(pacer.limit).toBe(9);
});

test('a single refusal stalls nobody; a second one in a row stalls everybody but who has waited', async () => {
  const { slept, ...time } = clock();
  const pacer = new Pacer({ max: 4, ...time });
  (await enter(pacer)).leave({ kind: 'overload', pauseMs: 7000 });
  (await enter(pacer)).leave({ kind: 'overload', pauseMs: 7000 });
  expect(slept).toEqual([]);

  const patient = await enter(pacer, true);
  const newcomer = pacer.enter(false);
  patient.leave(ok);
  await newcomer;
  expect(slept).toEqual([7000]);
});

test('when three requests got nowhere and none succeeded, the rest is told so, for a while', async () => {
  const time = clock();
  const pacer = new Pacer({ max: 1, ...time });
  const first = await enter(pacer);
  const waiting = pacer.enter(false);
  for (let index = 0; index < 3; index++) pacer.lose('it answered 429');
  expect(await waiting).toEqual({ refused: 'it answered 429' });
  expect(await pacer.enter(false)).toEqual({ refused: 'it answered 429' });
  first.leave({ kind: 'failed' });

  await time.sleep(30_000);
  expect(await pacer.enter(false)).toHaveProperty('leave');
});

test('an endpoint that answers 429 for ever ends soon, with a reason for every request', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  server.failAlways({ status: 429 });
  const sleep = async () => undefined;
  const pacer = new Pacer({ max: 8, ...clock() });
  const provider = openAiProvider({ baseUrl: server.baseUrl, retries: 3, pacer, sleep });
  const replies = await Promise.all(Array.from({ length: 200 }, (_, index) => provider.complete(ask(`${index}`))));

  for (const reply of replies) expect(reply).toMatchObject({ failure: expect.stringContaining('answered 429') });
  expect(server.requests.length).toBeLessThan(60);
  expect(replies.filter((reply) => JSON.stringify(reply).includes('not asked any more')).length).toBeGreaterThan(150);
});

test('an endpoint that bears little is found out, and every request is answered', async () => {
  await using server = await loopbackOpenAi({
    answer: ({ messages }) => String(messages[0]?.content),
    capacity: 4,
    latencyMs: 3,
  });
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds / 50));
  const pacer = new Pacer({ max: 32, sleep });
  const provider = openAiProvider({ baseUrl: server.baseUrl, pacer, sleep, retries: 12 });
  const replies = await Promise.all(Array.from({ length: 120 }, (_, index) => provider.complete(ask(`${index}`))));

  expect(replies.map((reply) => ('text' in reply ? reply.text : reply.failure))).toEqual(
    Array.from({ length: 120 }, (_, index) => `${index}`),
  );
});

test('a request that waits to be tried again holds no place', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  server.fail({ status: 500 });
  let wake = () => undefined as void;
  const asleep = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const provider = openAiProvider({ baseUrl: server.baseUrl, concurrency: 1, sleep: () => asleep });
  const stuck = provider.complete(ask('stuck'));
  for (const text of ['one', 'two', 'three']) expect(await provider.complete(ask(text))).toHaveProperty('text');
  wake();
  expect(await stuck).toHaveProperty('text');
});

test('an account without money is told at once', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  server.fail({ status: 429, body: 'You exceeded your current quota (insufficient_quota).' });
  const reply = await openAiProvider({ baseUrl: server.baseUrl }).complete(ask('one'));
  expect(reply).toMatchObject({ hint: expect.stringContaining('credit') });
  expect(server.requests).toHaveLength(1);
});

test('what is left of a limit is read in every way it is written', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const written = { '1s': 1000, '6m0s': 360_000, '20ms': 20, '1.5': 1500, [`${now / 1000 + 2}`]: 2000 };
  for (const [text, milliseconds] of Object.entries(written)) expect(durationOf(text, now), text).toBe(milliseconds);
  expect(durationOf('2026-01-01T00:00:03Z', now)).toBe(3000);
  expect(durationOf('soon', now)).toBeUndefined();

  const headers = (values: Record<string, string>) => pauseAsked(new Headers(values), now);
  expect(headers({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' })).toBe(2000);
  expect(headers({ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '2s' })).toBeUndefined();
  expect(
    headers({
      'anthropic-ratelimit-tokens-remaining': '0',
      'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:05Z',
    }),
  ).toBe(5000);
});
