// BLEU, GLEU, ROUGE and Levenshtein say what NLTK, rouge-score and RapidFuzz say (fixtures/oracles/texts).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bleu, gleu, isScoreFailure, levenshtein, rougeL, rougeN } from '../../src/scorers/index.ts';
import { blankWords, plainWords, wordsWithoutDots } from '../../src/scorers/overlap-scorers.ts';
import { treebankTokens } from '../../src/scorers/treebank.ts';
import { score } from './world.ts';

interface Case {
  readonly candidate: string;
  readonly references: readonly string[];
  /** Null where NLTK means something else: make.py says where. */
  readonly bleu: number | null;
  readonly gleu: number;
  readonly rouge1: number;
  readonly rouge2: number;
  readonly rougeL: number;
  readonly levenshtein: number;
}

const file = fileURLToPath(new URL('../../../../fixtures/oracles/texts/values.json', import.meta.url));
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] };

const orEmptyWord = (words: readonly string[]): readonly string[] => (words.length === 0 ? [''] : words);

describe('the reference implementations', () => {
  test('are asked of at least a hundred pairs', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
    expect(cases.filter((item) => item.bleu !== null).length).toBeGreaterThanOrEqual(100);
  });

  test.each(cases.map((item) => [item.candidate.slice(0, 40), item.references[0]?.slice(0, 40), item] as const))(
    'agree on %j against %j',
    (_, __, { candidate, references, ...expected }) => {
      const [reference = ''] = references;
      if (expected.bleu !== null) {
        const found = bleu(blankWords(candidate), references.map(blankWords).map(orEmptyWord));
        expect(found).toBeCloseTo(expected.bleu, 12);
      }
      expect(gleu(wordsWithoutDots(candidate), references.map(wordsWithoutDots))).toBeCloseTo(expected.gleu, 12);
      const [words, wanted] = [plainWords(candidate), plainWords(reference)];
      expect(rougeN(words, wanted, 1)).toBeCloseTo(expected.rouge1, 12);
      expect(rougeN(words, wanted, 2)).toBeCloseTo(expected.rouge2, 12);
      expect(rougeL(words, wanted)).toBeCloseTo(expected.rougeL, 12);
      expect(levenshtein(candidate, reference)).toBe(expected.levenshtein);
    },
  );
});

describe('BLEU', () => {
  test('takes the reference that fits best, and the length that is nearest', () => {
    const words = ['the', 'cat', 'sat', 'down'];
    expect(bleu(words, [['a', 'dog'], words])).toBe(1);
    expect(
      bleu(words, [
        [...words, 'there'],
        ['the', 'cat', 'sat'],
      ]),
    ).toBeCloseTo(1, 12);
  });

  test('is next to nothing where no word matches, and nothing for a text without words', () => {
    expect(bleu(['one'], [['two']])).toBeCloseTo(1e-7, 12);
    expect(bleu([], [['two']])).toBe(0);
  });
});

describe('Levenshtein within a limit', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '🎉'), maxLength: 30 });

  test('is the distance up to the limit and beyond it nothing', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 20 }), (left, right, limit) => {
        const whole = levenshtein(left, right);
        expect(levenshtein(left, right, limit)).toBe(whole <= limit ? whole : Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('is symmetric and zero for the same text alone', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(levenshtein(left, right)).toBe(levenshtein(right, left));
        expect(levenshtein(left, right) === 0).toBe(left === right);
      }),
    );
  });
});

describe('words of the Penn Treebank', () => {
  test.each([
    ['', []],
    ["They can't go, cannot they?", ['They', 'ca', "n't", 'go', ',', 'can', 'not', 'they', '?']],
    ['He said "stop" (now).', ['He', 'said', '``', 'stop', "''", '(', 'now', ')', '.']],
    ['3,000 of U.S. dollars...', ['3,000', 'of', 'U.S.', 'dollars', '...']],
    ["gonna 'tis the dog's", ['gon', 'na', "'t", 'is', 'the', 'dog', "'s"]],
  ])('of %j are %j', (text, tokens) => expect(treebankTokens(text)).toEqual(tokens));
});

describe('the ROUGE scorers', () => {
  test.each([
    ['rouge-1', 'the cat sat', 'the cat ran', 2 / 3],
    ['rouge-2', 'the cat sat', 'the cat ran', 1 / 2],
    ['rouge-l', 'the big cat sat', 'the cat sat down', 3 / 4],
    ['rouge-n', 'The cat.', 'the cat.', 1],
  ])('%s of %j against %j', async (type, text, value, expected) => {
    expect(await score({ type, value }, text)).toMatchObject({ score: expect.closeTo(expected, 12) });
  });

  test('turn the score around for "not-"', async () => {
    const found = await score({ type: 'rouge-1', value: 'the cat', negated: true }, 'the cat');
    expect(found).toMatchObject({ pass: false, score: 0 });
  });

  test('cannot tell where the reference has no word they know', async () => {
    expect(isScoreFailure(await score({ type: 'rouge-1', value: '猫が座る' }, '猫が座る'))).toBe(true);
    expect(await score({ type: 'rouge-n', value: '猫 が 座る' }, '猫 が 座る')).toMatchObject({ pass: true, score: 1 });
  });
});
