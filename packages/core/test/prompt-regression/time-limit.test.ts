// max-minutes ends what is under way: whole evaluations whose models hang, with an alarm that the test gives.
import { expect, test } from 'vitest';
import { exitCodeOf, type ModelProvider, type ModelReply } from '@pawl/core';
import type { PromptPorts } from '@pawl/core/prompt-regression';
import { timeLimit } from '../../src/prompt-regression/time-limit.ts';
import { evaluateConfig } from './world.ts';

type Openers = Pick<PromptPorts, 'openProvider' | 'openEmbedder'>;

const over = 'the time of 2 minutes is over';

/** Time stands still until the alarm is given. */
function clockWithAlarm() {
  const alarm = new AbortController();
  const asked: number[] = [];
  const clock = {
    now: () => 0,
    alarm: (milliseconds: number) => {
      asked.push(milliseconds);
      return alarm.signal;
    },
  };
  return { clock, asked, ring: () => alarm.abort() };
}

const reply = (text: string): ModelReply => ({ text, reused: false });
const never = new Promise<never>(() => {});
const suite = (cases: number, assertion = '{type: contains, value: right}') =>
  `prompts: ["Say {{n}}"]\nproviders: ["openai:m"]\ntests:\n${Array.from(
    { length: cases },
    (_, index) => `  - {vars: {n: ${index}}, assert: [${assertion}]}\n`,
  ).join('')}`;

/** Right at once; from that request on no answer comes, and the time is over when the last of them waits. */
function hangsFrom(first: number, ring: () => void): ModelProvider & { asked: number } {
  const provider = {
    id: 'hangs',
    asked: 0,
    complete: async () => {
      provider.asked += 1;
      if (provider.asked <= first) return reply('right');
      ring();
      return never;
    },
  };
  return provider;
}

const run = (cases: number, provider: ModelProvider, given: ReturnType<typeof clockWithAlarm>, assertion?: string) =>
  evaluateConfig(suite(cases, assertion), {
    provider,
    clock: given.clock,
    inputs: {
      'max-minutes': '2',
      threshold: '0.5',
      'min-cases': '1',
      concurrency: '1',
      prompt: 'promptfooconfig.yaml',
      baseline: 'none',
    },
  });

test('an answer that never comes is waited for no longer than the time lasts, and the rest is not asked', async () => {
  const given = clockWithAlarm();
  const provider = hangsFrom(10, given.ring);
  const outcome = await run(40, provider, given);

  expect(given.asked).toEqual([120_000]);
  expect(provider.asked).toBe(11);
  expect(outcome.report.verdict).toBe('error');
  expect(exitCodeOf(outcome)).not.toBe(0);
  expect(outcome.report.headline).toContain(over);
  expect(outcome.report.problems).toContainEqual(
    expect.objectContaining({ message: `30 of 40 requests failed: ${over}.` }),
  );
});

test('one question of two hundred that the time cut off is no pass, though so many may fail by chance', async () => {
  const given = clockWithAlarm();
  const cut = await run(200, hangsFrom(199, given.ring), given);
  const chance = await run(
    200,
    {
      id: 'flaky',
      complete: async ({ messages }) =>
        String(messages.at(-1)?.content).endsWith(' 7') ? { failure: 'down', hint: '' } : reply('right'),
    },
    clockWithAlarm(),
  );

  expect(chance.report.verdict).toBe('pass');
  expect(cut.report.verdict).toBe('error');
  expect(cut.report.headline).toContain(`1 of 200 requests failed, so nothing was judged (${over})`);
});

test('a judge that hangs is cut off too, and nothing passes for it', async () => {
  const given = clockWithAlarm();
  const provider: ModelProvider = {
    id: 'both',
    complete: async ({ messages }) => {
      if (String(messages.at(-1)?.content).startsWith('Say')) return reply('right');
      given.ring();
      return never;
    },
  };
  const judged = '{type: not-llm-rubric, value: rude, provider: "openai:judge"}';
  const { report, rows } = await run(3, provider, given, judged);

  expect(report.verdict).toBe('error');
  expect(rows.some(({ pass }) => pass)).toBe(false);
  expect(JSON.stringify(report.problems)).toContain(over);
});

test('what is recorded is still given when the time is over, and embedding ends as answering does', async () => {
  const { clock, ring } = clockWithAlarm();
  const limit = timeLimit(2, clock);
  const known: ModelReply = { text: 'known', reused: true };
  const ports = limit?.openers<Openers>({
    openProvider: async (settings) => {
      expect(settings.signal).toBe(limit.signal);
      return { value: { id: 'm', recorded: () => known, complete: () => never }, problems: [] };
    },
    openEmbedder: async () => ({ id: 'e', embed: () => never }),
  });
  const settings = { model: 'm', cassettes: [], record: 'none', timeoutMs: 1 } as const;
  const provider = (await ports?.openProvider(settings))?.value;
  const embedded = (await ports?.openEmbedder?.(settings))?.embed(['text']);
  ring();

  expect(await embedded).toMatchObject({ failure: over });
  expect(await provider?.complete({ model: 'm', messages: [], parameters: {}, repeat: 0 })).toBe(known);
  expect(limit?.cut).toBe(1);
});

test.each<[string, () => Promise<never>]>([
  ['promised', () => Promise.reject(new TypeError('a bug'))],
  [
    'thrown at once',
    () => {
      throw new TypeError('a bug');
    },
  ],
])('an error of a provider, %s, stays one while there is time, and is not cut off later', async (_, complete) => {
  const { clock, ring } = clockWithAlarm();
  const limit = timeLimit(2, clock);
  const ports = limit?.openers<Openers>({ openProvider: async () => ({ value: { id: 'm', complete }, problems: [] }) });
  const opened = await ports?.openProvider({ model: 'm', cassettes: [], record: 'none', timeoutMs: 1 });

  await expect(opened?.value?.complete({ model: 'm', messages: [], parameters: {}, repeat: 0 })).rejects.toThrow(
    'a bug',
  );
  ring();
  expect(limit?.cut).toBe(0);
});
