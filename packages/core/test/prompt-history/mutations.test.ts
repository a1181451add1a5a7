import { Prompt } from '@pawl/core';
import { mutationsOf } from '@pawl/core/prompt-history';
import { expect, test } from 'vitest';

const prompt = Prompt.parse({
  model: 'small',
  modelParameters: { temperature: 0 },
  messages: [
    { role: 'system', content: 'You sort mail. Never explain.\nAnswer only with one word.' },
    { role: 'user', content: 'Subject: {{subject}}\n\n{{body}}' },
  ],
});

test('each way of breaking is named by what was done, in a stable order', () => {
  expect(mutationsOf(prompt).map(({ id, what }) => `${id}: ${what}`)).toEqual([
    'drop-sentence-1: without "You sort mail."',
    'drop-sentence-2: without "Never explain."',
    'drop-sentence-3: without "Answer only with one word."',
    'negate-1: "Never" as "always"',
    'negate-2: "only" as "not only"',
    'drop-message-1: without message 1 (system)',
    'drop-message-2: without message 2 (user)',
    'swap-messages-1: messages 1 and 2 the other way round',
    'cut-short-1: message 1 cut to 28 of 56 characters',
    'drop-variable-1: without {{subject}}',
    'drop-variable-2: without {{body}}',
    'raise-temperature-1: temperature 1.5',
    'cut-answer-1: answers of one token',
  ]);
});

test('a mutation changes one thing, stays a readable prompt, and no two are the same', () => {
  const mutations = mutationsOf(prompt);
  for (const { prompt: mutant } of mutations) expect(Prompt.safeParse(mutant).success).toBe(true);
  const texts = mutations.map(({ prompt: mutant }) => JSON.stringify(mutant));
  expect(new Set([...texts, JSON.stringify(prompt)]).size).toBe(texts.length + 1);
  expect(mutations[0]?.prompt.messages[0]?.content).toBe(' Never explain.\nAnswer only with one word.');
  expect(mutations[0]?.prompt.messages[1]).toEqual(prompt.messages[1]);
});

test('a cut never goes through a variable', () => {
  const long = { ...prompt, messages: [{ role: 'user' as const, content: `ab {{${'x'.repeat(40)}}}` }] };
  const cut = mutationsOf(long).find(({ kind }) => kind === 'cut-short');
  expect(cut?.prompt.messages[0]?.content).toBe('ab ');
});
