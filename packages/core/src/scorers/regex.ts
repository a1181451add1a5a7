// Patterns that users write. What is quick by its text runs here; the rest runs where time is limited, or not at all.
import { matchCost, type MatchCost } from './regex-cost.ts';
import type { Scorer, ScorerTable } from './scorer.ts';
import { badValue, cannotTell, quoted, yesOrNo } from './verdicts.ts';

/** A second or two of a backtracking matcher at worst; ordinary patterns need a thousandth of it. */
export const patternSteps = 5e8;

const regex: Scorer = async ({ assertion: { value, negated }, answer: { text } }, world) => {
  if (typeof value !== 'string' || value === '') return badValue('regex', 'a pattern');
  const pattern = patternOf(value);
  if (typeof pattern === 'string')
    return cannotTell(`${quoted(value)} is no regular expression: ${pattern}`, 'Correct the pattern.');
  const words = (not: string): string => `Expected ${not}to match ${quoted(value)}.`;
  if (pattern.cost(text.length) <= patternSteps) return yesOrNo(pattern.expression.test(text), negated, words);
  if (world.scripts === undefined) return cannotTell(...tooSlow(value, text.length));
  const result = await world.scripts.matches(value, '', text);
  return 'failure' in result
    ? cannotTell(`the pattern ${quoted(value)} gave no answer: ${result.failure}`, slowHint)
    : yesOrNo(result.found, negated, words);
};

const slowHint =
  'Repetitions inside of repetitions, as in (a+)+, can take for ever: write the pattern without them, or anchor it.';

const tooSlow = (pattern: string, length: number): [string, string] => [
  `the pattern ${quoted(pattern)} can take too long on a text of ${length} characters`,
  slowHint,
];

interface Pattern {
  readonly expression: RegExp;
  readonly cost: MatchCost;
}

/** The same few patterns judge thousands of answers. */
const remembered = new Map<string, Pattern>();

function patternOf(text: string): Pattern | string {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  try {
    const pattern = { expression: new RegExp(text), cost: matchCost(text) };
    if (remembered.size >= 200) remembered.clear();
    remembered.set(text, pattern);
    return pattern;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error);
  }
}

export const regexScorers: ScorerTable = new Map([['regex', regex]]);
