// Scorers that look for texts in the answer's text.
import { deepEqual } from './deep-equal.ts';
import { isNestedTooDeeply } from './json-size.ts';
import { levenshtein } from './levenshtein.ts';
import type { Scorer, ScorerTable } from './scorer.ts';
import { partsOfList } from './value-list.ts';
import { badValue, cannotTell, isRecord, quoted, yesOrNo } from './verdicts.ts';

const lower = (text: string): string => text.toLowerCase();
const same = (text: string): string => text;

const equals: Scorer = ({ assertion: { value, negated }, answer: { text } }) => {
  if (value === undefined) return badValue('equals', 'what the answer should be');
  if (typeof value !== 'object')
    return yesOrNo(String(value) === text, negated, (not) => `Expected ${not}to be ${quoted(String(value))}.`);
  return yesOrNo(
    equalsJson(value, text),
    negated,
    (not) => `Expected ${not}to be JSON equal to ${quoted(JSON.stringify(value))}.`,
  );
};

function equalsJson(value: unknown, text: string): boolean {
  if (isNestedTooDeeply(text)) return false;
  try {
    return deepEqual(value, JSON.parse(text));
  } catch {
    return false;
  }
}

const contains =
  (type: string, fold: (text: string) => string): Scorer =>
  ({ assertion: { value, negated }, answer: { text } }) => {
    const wanted = typeof value === 'number' && !Number.isNaN(value) ? String(value) : value;
    if (typeof wanted !== 'string' || wanted === '') return badValue(type, 'a text or a number, not an empty one,');
    return yesOrNo(fold(text).includes(fold(wanted)), negated, (not) => `Expected ${not}to contain ${quoted(wanted)}.`);
  };

const containsSome =
  (type: string, fold: (text: string) => string, every: boolean): Scorer =>
  ({ assertion: { value, negated }, answer: { text } }) => {
    const list = typeof value === 'string' ? partsOfList(value) : value;
    if (!Array.isArray(list)) return badValue(type, 'a list of texts, or texts with commas between them,');
    const wanted = list.map(String);
    // An empty list is in every answer and so is an empty text: neither says anything of one.
    if (wanted.length === 0 || wanted.includes('')) return badValue(type, 'at least one text, and no empty one,');
    const folded = fold(text);
    const isIn = (part: string): boolean => folded.includes(fold(part));
    const found = every ? wanted.every(isIn) : wanted.some(isIn);
    return yesOrNo(found, negated, (not) => {
      const names = wanted.filter((part) => every === negated || !isIn(part)).map(quoted);
      return every && !negated
        ? `Expected to contain all; ${names.slice(0, 10).join(', ')} is missing.`
        : `Expected ${not}to contain ${every ? 'all' : 'any'} of ${names.slice(0, 10).join(', ')}.`;
    });
  };

const startsWith: Scorer = ({ assertion: { value, negated }, answer: { text } }) => {
  if (typeof value !== 'string' || value === '') return badValue('starts-with', 'a text that is not empty');
  return yesOrNo(text.startsWith(value), negated, (not) => `Expected ${not}to start with ${quoted(value)}.`);
};

/** Beyond it a distance takes too long to compute: about a second. */
const distanceSteps = 1e8;

const distance: Scorer = ({ assertion, answer: { text } }) => {
  const { value, negated, threshold = 5 } = assertion;
  if (typeof value !== 'string') return badValue('levenshtein', 'a text');
  if (Math.min(text.length, value.length) * (2 * threshold + 1) > distanceSteps)
    return cannotTell(
      `the distance of texts of ${text.length} and ${value.length} characters takes too long`,
      'Lower the threshold, or compare shorter texts.',
    );
  const found = levenshtein(text, value, threshold);
  return yesOrNo(
    found <= threshold,
    negated,
    () => `The distance is ${found <= threshold ? found : `more than ${threshold}`}; the threshold is ${threshold}.`,
  );
};

const wordCount: Scorer = (request) => {
  const { value, negated } = request.assertion;
  const words = countWords(request.answer.text);
  const range = rangeOf(value);
  if (range === undefined) return badValue('word-count', 'a number, or "min" and "max" with min no larger than max,');
  const found = words >= range.min && words <= range.max;
  return yesOrNo(found, negated, (not) => `Expected ${not}${rangeWords(range)}; there are ${words}.`);
};

interface Range {
  readonly min: number;
  readonly max: number;
}

function rangeOf(value: unknown): Range | undefined {
  if (isRecord(value)) {
    const min = numberOf(value['min']);
    const max = numberOf(value['max']);
    if (min === undefined && max === undefined) return undefined;
    if (Number.isNaN(min) || Number.isNaN(max)) return undefined;
    const range = { min: min ?? Number.NEGATIVE_INFINITY, max: max ?? Number.POSITIVE_INFINITY };
    return range.min <= range.max ? range : undefined;
  }
  const exact = value === undefined || value === null ? undefined : numberOf(value);
  return exact === undefined || Number.isNaN(exact) ? undefined : { min: exact, max: exact };
}

/** NaN for what is no number; templates make texts of numbers, so these count. */
function numberOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function rangeWords({ min, max }: Range): string {
  if (min === max) return `exactly ${min} words`;
  if (max === Number.POSITIVE_INFINITY) return `at least ${min} words`;
  return min === Number.NEGATIVE_INFINITY ? `at most ${max} words` : `${min} to ${max} words`;
}

function countWords(text: string): number {
  const trimmed = text.trim();
  return trimmed === '' ? 0 : trimmed.split(/\s+/).length;
}

export const textScorers: ScorerTable = new Map<string, Scorer>([
  ['equals', equals],
  ['contains', contains('contains', same)],
  ['icontains', contains('icontains', lower)],
  ['contains-any', containsSome('contains-any', same, false)],
  ['icontains-any', containsSome('icontains-any', lower, false)],
  ['contains-all', containsSome('contains-all', same, true)],
  ['icontains-all', containsSome('icontains-all', lower, true)],
  ['starts-with', startsWith],
  ['levenshtein', distance],
  ['word-count', wordCount],
]);
