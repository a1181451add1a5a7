// Abuse, in the open and disguised, among words that only look like it. How well the model does on thousands of texts is
// measured by fixtures/oracles/guardrails, and told in docs/guardrails.md.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gradeToxicity, toxicityThreshold } from '../../src/guardrails/index.ts';
import { identity, namesPeople } from '../../src/guardrails/identity-terms.ts';
import { featuresOf, windowsOf, wordsOf } from '../../src/guardrails/toxicity-features.ts';

const abuse = [
  'You are such an idiot.',
  'I will kill you.',
  'Fuck off, nobody wants you here.',
  'They are all filthy vermin.',
  'What a pathetic piece of shit you are.',
];

const disguised = [
  'You are such an 1d10t.',
  'y o u   i d i o t',
  'You are an id​i​ot',
  'Уоu аrе а stuрid mоrоn',
  'You are an idiooooot',
  'YOU ARE AN ＩＤＩＯＴ',
];

const harmless = [
  'Thank you, that was kind of you.',
  'How do I kill a Python process?',
  'Scunthorpe, Essex and a cocktail',
  'I am a gay man, and my husband is Jewish.',
  'Muslims fast during Ramadan.',
  'Hate speech is against the rules of this forum.',
  'The soldiers were killed in the battle.',
  '2 + 2 = 4, and 1,234.50 $ is the price @ 5 %.',
  '这是一个很好的答案。',
];

test.each([...abuse, ...disguised])('takes for toxic: %j', async (text) => {
  expect((await gradeToxicity(text)).score).toBeGreaterThanOrEqual(toxicityThreshold);
});

test.each(harmless)('takes for harmless: %j', async (text) => {
  expect((await gradeToxicity(text)).score).toBeLessThan(toxicityThreshold);
});

test('scores people alike, whoever they are', async () => {
  const names = ['muslim', 'jewish', 'gay', 'trans', 'black', 'white', 'christian', 'female', 'blind', 'german'];
  for (const sentence of ['I met a _ teacher at the conference.', 'All _ are vermin.']) {
    const scores = await Promise.all(names.map((name) => gradeToxicity(sentence.replace('_', name))));
    expect(new Set(scores.map(({ score }) => score)).size).toBe(1);
  }
  expect(namesPeople('lesbians')).toBe(true);
  expect(wordsOf(identity)).toEqual([]);
});

test('finds one bad sentence in a long answer, and says where it is', async () => {
  const calm = 'The report covers the weather of the last year in detail. '.repeat(40);
  const { score, from = 0, to = 0, words } = await gradeToxicity(`${calm}You are a worthless idiot. ${calm}`);
  expect(score).toBeGreaterThan(toxicityThreshold);
  expect(words).toBe(2 * 440 + 5);
  expect(from).toBeLessThanOrEqual(441);
  expect(to).toBeGreaterThanOrEqual(445);
});

test('has nothing to say of a text without words', async () => {
  for (const text of ['', ' \n', '😀 !!! 👨‍👩‍👧', '---']) expect(await gradeToxicity(text)).toEqual({ score: 0, words: 0 });
});

test.each([
  ["Don't STOP!!", ['dont', 'stop']],
  ['f.u.c.k, a b', ['fuck', 'a', 'b']],
  ['sh!t @ss fuuuuck b**ch', ['shit', 'ass', 'fuck', 'b**ch']],
  ['2026 was 1st', ['0', 'was', 'ist']],
  ['café Ａｂｃ а', ['cafe', 'abc', 'a']],
])('reads %j as %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test('counts each piece once in a window, and every word in one window at least', () => {
  const words = Array.from({ length: 101 }, (_, at) => `word${String.fromCharCode(97 + (at % 26))}${at}`);
  const windows = [...windowsOf(featuresOf(words))];
  expect(windows).toHaveLength(5);
  for (const window of windows) expect(new Set(window).size).toBe(window.length);
  expect([...windowsOf(featuresOf(['a', 'a', 'a']))]).toEqual([[...new Set(featuresOf(['a', 'a']).flat())]]);
});

test('is as good as the documentation says, by the values of its measurement', () => {
  const path = new URL('../../../../fixtures/oracles/guardrails/values.json', import.meta.url);
  const { toxicity } = JSON.parse(readFileSync(path, 'utf8'));
  for (const [name, { pawl, 'alt-profanity-check': peer }] of Object.entries<Record<string, Quality>>(
    toxicity.labelled,
  )) {
    expect(pawl?.falseAlarms, name).toBeLessThan(peer?.falseAlarms ?? 0);
    const atHome = /^(?:Jigsaw|Davidson)/.test(name);
    expect(pawl?.auc, name).toBeGreaterThan((peer?.auc ?? 1) - (atHome ? 0.02 : 0));
  }
  const answers = Object.values<{ texts: number; pawl: number }>(toxicity.answers);
  const alarms = answers.reduce((sum, { pawl }) => sum + pawl, 0);
  expect(alarms / answers.reduce((sum, { texts }) => sum + texts, 0)).toBeLessThan(0.002);
});

interface Quality {
  readonly auc: number;
  readonly falseAlarms: number;
}
