// How judges' answers are read. Nothing is guessed: what is missing, out of range or said twice in two ways is unreadable.
import { objectsInText } from '../scorers/json-in-text.ts';
import type { Unreadable } from './ask.ts';

export interface RubricAnswer {
  readonly pass: boolean;
  /** 0 to 1. */
  readonly score: number;
  readonly reason: string;
}

export const wantsRubric =
  'Answer with one JSON object and nothing else: {"reason": "why, in a sentence or two", "pass": true or false, "score": a number from 0 to 1}.';

/** A missing `pass` is no pass: the judge has not judged. A missing score is what the verdict says. */
export function readRubric(text: string): RubricAnswer | Unreadable {
  const found = objectWith(text, ['pass']);
  if ('unreadable' in found) return found;
  const pass = yesNo(found.value['pass']);
  if (pass === undefined) return { unreadable: `"pass" is ${shown(found.value['pass'])}` };
  const written = found.value['score'];
  const score = written === undefined || written === null ? Number(pass) : numberOf(written);
  if (score === undefined || score < 0 || score > 1)
    return { unreadable: `"score" is ${shown(written)}, and no number from 0 to 1` };
  return { pass, score, reason: textOf(found.value['reason']) };
}

/**
 * The one object that has all of these keys. Where several have them they must say the same: the first of two verdicts
 * may be a quotation of what is judged.
 */
export function objectWith(
  text: string,
  keys: readonly string[],
): { readonly value: Readonly<Record<string, unknown>> } | Unreadable {
  const found = objectsInText(text);
  if ('failure' in found) return { unreadable: 'it has no JSON object that can be found' };
  const objects = found.objects.filter((each): each is Record<string, unknown> => !Array.isArray(each));
  const [first, ...others] = objects.filter((each) => keys.every((key) => Object.hasOwn(each, key)));
  const named = keys.map((key) => `"${key}"`).join(' and ');
  if (first === undefined)
    return { unreadable: objects.length === 0 ? 'it has no JSON object' : `its JSON object has no ${named}` };
  const said = (each: Readonly<Record<string, unknown>>): string => JSON.stringify(keys.map((key) => each[key]));
  if (others.some((each) => said(each) !== said(first))) return { unreadable: `it gives ${named} twice, differently` };
  return { value: first };
}

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

const longestReason = 1_000;

/** What a judge says for people to read: cut where it goes on and on, never in half a character. */
export const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
        .trim()
        .slice(0, longestReason)
        .replace(/[\ud800-\udbff]$/, '')
    : '';

/** A value as messages show it. */
export const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 80);

function yesNo(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (/^(?:true|yes|pass|y)$/i.test(String(value))) return true;
  return /^(?:false|no|fail|n)$/i.test(String(value)) ? false : undefined;
}

/** The last line is the letter, or ends with it as a word of its own. */
export function readYesNo(text: string): { readonly yes: boolean } | Unreadable {
  const letter = /(?:^|[^\p{L}\p{N}_])([YN])$/u.exec(text.trimEnd())?.[1];
  return letter === undefined ? { unreadable: 'it does not end with the letter Y or N' } : { yes: letter === 'Y' };
}

export interface Choice {
  readonly choice: string;
  readonly score: number;
}

/**
 * The choice that is the whole answer, or that alone stands as a word in its last line: `1` is not in `10`, in `-1` or
 * in `1.5`, and a line with two choices says neither.
 */
export function readChoice(text: string, choices: readonly Choice[]): Choice | Unreadable {
  const whole = text.length > longestChoice ? undefined : bare(text);
  const exact = choices.find(({ choice }) => choice.length <= longestChoice && bare(choice) === whole);
  if (exact !== undefined) return exact;
  const last = text.trim().split('\n').at(-1)?.trim().toLowerCase() ?? '';
  const standing = choices.filter(({ choice }) => standsIn(last, choice.trim().toLowerCase()));
  // "not good" holds the word "good" as well: what lies within a longer choice does not count.
  const named = standing.filter(
    (each) =>
      !standing.some((other) => other !== each && standsIn(other.choice.toLowerCase(), each.choice.toLowerCase())),
  );
  const [found, another] = named;
  if (found === undefined) return { unreadable: 'its last line is none of the choices' };
  return another === undefined ? found : { unreadable: 'its last line names several choices' };
}

/** Marks around a longer text take quadratic time to strip. */
const longestChoice = 500;

const bare = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/^["'`*(\s]+|["'`*).\s]+$/g, '');

function standsIn(line: string, choice: string): boolean {
  if (choice === '') return false;
  for (let at = line.indexOf(choice); at !== -1; at = line.indexOf(choice, at + 1)) {
    const before = line.slice(Math.max(0, at - 2), at);
    const after = line.slice(at + choice.length, at + choice.length + 2);
    const joined = /[\p{L}\p{N}_]$|\d[.,]$|[-−.,]$/u.test(before) && /^[\p{L}\p{N}_]/u.test(choice);
    const goesOn = /^[\p{L}\p{N}_]|^[.,]\d/u.test(after) && /[\p{L}\p{N}_]$/u.test(choice);
    if (!joined && !goesOn) return true;
  }
  return false;
}
