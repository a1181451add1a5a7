// BLEU, GLEU and ROUGE as assertions, and which words each of them sees.
import { bleu, gleu, rougeL, rougeN } from './overlap.ts';
import type { ScoreFailure, Scorer, ScorerTable } from './scorer.ts';
import { treebankTokens } from './treebank.ts';
import { badValue, cannotTell, graded } from './verdicts.ts';

type Words = (text: string) => readonly string[];

const longest = 1_000_000;
/** Pairs of words that the longest common run is looked for in. */
const mostPairs = 2e8;

const tooLong = cannotTell('the texts are too long to compare word by word', 'Compare shorter texts.');

/** BLEU: lower case, split at blanks. */
export const blankWords: Words = (text) => {
  const trimmed = text.toLowerCase().trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
};

/** GLEU: as BLEU, without the dots at a word's end; a text of dots alone has no words. */
export const wordsWithoutDots: Words = (text) => {
  const words = blankWords(text).map(withoutDots);
  return words.some((word) => word !== '') ? words : [];
};

function withoutDots(word: string): string {
  let end = word.length;
  while (end > 0 && word[end - 1] === '.') end -= 1;
  return word.slice(0, end);
}

/** `rouge-1`, `rouge-2`, `rouge-l`: runs of a-z and 0-9, as Google's rouge-score counts without its stemmer. */
export const plainWords: Words = (text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

function references(type: string, value: unknown): readonly string[] | ScoreFailure {
  if (typeof value === 'string') return [value];
  const texts: readonly unknown[] = Array.isArray(value) ? value : [];
  const isTexts = texts.length > 0 && texts.every((text): text is string => typeof text === 'string');
  return isTexts ? (texts as readonly string[]) : badValue(type, 'a reference text, or a list of them,');
}

interface Overlap {
  readonly type: string;
  readonly threshold: number;
  readonly words: Words;
  readonly score: (words: readonly string[], references: readonly (readonly string[])[]) => number;
}

const overlap =
  ({ type, threshold, words, score }: Overlap): Scorer =>
  ({ assertion, answer: { text } }) => {
    const expected = references(type, assertion.value);
    if ('failure' in expected) return expected;
    if (text.length > longest || expected.some(({ length }) => length > longest)) return tooLong;
    const wanted = expected.map(words);
    const found = words(text);
    if (type === 'rouge-l' && found.length * Math.max(...wanted.map(({ length }) => length)) > mostPairs)
      return tooLong;
    return graded({
      name: type.toUpperCase(),
      score: score(found, wanted),
      threshold: assertion.threshold ?? threshold,
      negated: assertion.negated,
    });
  };

/** The ROUGE family has one reference. */
const rouge = (type: string, words: Words, score: (a: readonly string[], b: readonly string[]) => number): Scorer => {
  const scorer = overlap({ type, threshold: 0.75, words, score: (found, [wanted = []]) => score(found, wanted) });
  return (request, world) => {
    const { value } = request.assertion;
    if (typeof value !== 'string') return badValue(type, 'a reference text');
    if (words === plainWords && plainWords(value).length === 0)
      return cannotTell(`"${type}" knows words of a-z and 0-9 alone, and the reference has none`, 'Use "rouge-n".');
    return scorer(request, world);
  };
};

/** A reference without words is one empty word long to BLEU. */
const lengthened = (words: readonly string[]): readonly string[] => (words.length === 0 ? [''] : words);

const treebank: Words = (text) => treebankTokens(text.toLowerCase());

export const overlapScorers: ScorerTable = new Map([
  ['bleu', overlap({ type: 'bleu', threshold: 0.5, words: blankWords, score: (a, b) => bleu(a, b.map(lengthened)) })],
  ['gleu', overlap({ type: 'gleu', threshold: 0.5, words: wordsWithoutDots, score: gleu })],
  ['rouge-n', rouge('rouge-n', treebank, (a, b) => rougeN(a, b, 1))],
  ['rouge-1', rouge('rouge-1', plainWords, (a, b) => rougeN(a, b, 1))],
  ['rouge-2', rouge('rouge-2', plainWords, (a, b) => rougeN(a, b, 2))],
  ['rouge-l', rouge('rouge-l', plainWords, rougeL)],
]);
