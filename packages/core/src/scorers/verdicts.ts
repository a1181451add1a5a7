// The three things a deterministic scorer can say: it holds or not, a grade against a threshold, or that it cannot tell.
import type { Score, ScoreFailure } from './scorer.ts';

const held: Score = { pass: true, score: 1, reason: 'It holds.' };

/**
 * A claim that is true or false of the answer.
 * @param found whether the claim is true, before `not-`
 * @param words what was expected, from the word "not " or ""; only asked for when the assertion fails
 */
export function yesOrNo(found: boolean, negated: boolean, words: (not: string) => string): Score {
  return found !== negated ? held : { pass: false, score: 0, reason: words(negated ? 'not ' : '') };
}

export interface Grade {
  readonly name: string;
  /** 0 to 1. */
  readonly score: number;
  readonly threshold: number;
  readonly negated: boolean;
}

/** A grade that should reach a threshold; `not-` asks that it stays below, and turns the score around. */
export function graded({ name, score, threshold, negated }: Grade): Score {
  return {
    pass: score >= threshold !== negated,
    score: negated ? 1 - score : score,
    reason: `${name} is ${score.toFixed(4)}, ${score >= threshold ? 'at or above' : 'below'} the threshold ${threshold}.`,
  };
}

export const cannotTell = (failure: string, hint: string): ScoreFailure => ({ failure, hint });

/** The assertion itself is wrong: whatever a model says, it judges nothing. */
export const badValue = (type: string, wants: string): ScoreFailure =>
  cannotTell(`"${type}" needs ${wants} as its value`, 'Correct the value of the assertion.');

const shown = 200;

/** A text as reasons quote it: cut where it gets long, never in half a character. */
export function quoted(text: string): string {
  if (text.length <= shown) return `"${text}"`;
  const last = text.charCodeAt(shown - 1);
  return `"${text.slice(0, last >= 0xd800 && last <= 0xdbff ? shown - 1 : shown)} …"`;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
