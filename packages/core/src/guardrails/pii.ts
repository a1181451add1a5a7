// Personal data in a text, by shape, check digits and the words around it. Pure and in linear time: 1 MB takes about as
// long as a model takes for a word.
import { findEmails } from './email.ts';
import { findIbans } from './iban.ts';
import { accountRecognizers } from './pii-accounts.ts';
import { contactRecognizers } from './pii-contact.ts';
import { europeanRecognizers } from './pii-europe.ts';
import { worldRecognizers } from './pii-world.ts';
import { wordConfidence, type Finding, type Recognizer } from './recognizer.ts';

const recognizers: readonly Recognizer[] = [
  ...accountRecognizers,
  ...europeanRecognizers,
  ...worldRecognizers,
  ...contactRecognizers,
];

export const piiTypes: readonly string[] = [
  ...new Set(['email-address', 'iban', ...recognizers.map(({ type }) => type)]),
].toSorted();

export interface PiiOptions {
  /** Only these; all by default. */
  readonly types?: readonly string[];
  /** 0 to 1. 0.6: what has a check that means something, or a word beside it that says what it is. */
  readonly minConfidence?: number;
}

/** Words stand this near, in characters. */
const before = 60;
const after = 30;

/** Most of what is found in one text; nobody reads more. */
const mostFindings = 10_000;

/** Findings in order of the text, none over another. */
export function findPii(text: string, options: PiiOptions = {}): readonly Finding[] {
  const { types, minConfidence = 0.6 } = options;
  const wanted = (type: string): boolean => types === undefined || types.includes(type);
  const found: Finding[] = [
    ...(wanted('email-address') ? findEmails(text) : []),
    ...(wanted('iban') ? findIbans(text) : []),
  ];
  for (const recognizer of recognizers) {
    if (!wanted(recognizer.type)) continue;
    for (const match of text.matchAll(recognizer.pattern)) {
      const finding = examine(text, recognizer, match[0], match.index);
      if (finding !== undefined && finding.confidence >= minConfidence) found.push(finding);
      if (found.length >= mostFindings) break;
    }
  }
  return apart(found);
}

function examine(text: string, recognizer: Recognizer, match: string, start: number): Finding | undefined {
  const { type, separators, valid, words } = recognizer;
  const compact = separators === undefined ? match : match.replace(separators, '');
  if (valid !== undefined && !valid(compact, match)) return undefined;
  const end = start + match.length;
  const named = words !== undefined && hasWord(text, start, end, words);
  return { type, start, end, confidence: Math.min(1, recognizer.confidence + (named ? wordConfidence : 0)) };
}

function hasWord(text: string, start: number, end: number, words: readonly string[]): boolean {
  const near = `${text.slice(Math.max(0, start - before), start)} ${text.slice(end, end + after)}`.toLowerCase();
  return words.some((word) => {
    for (let at = near.indexOf(word); at !== -1; at = near.indexOf(word, at + 1))
      if (!/[\p{L}\p{N}]/u.test(near[at - 1] ?? ' ') && !/\p{L}/u.test(tailOf(near, at + word.length))) return true;
    return false;
  });
}

/** The letter behind a word; a plural or "nummer" behind it does no harm. */
const tailOf = (near: string, at: number): string => {
  const rest = /^(?:s|nr|nummer|number|'s)?(.?)/u.exec(near.slice(at, at + 10));
  return rest?.[1] ?? '';
};

/** The surest of those that lie over one another, then the longest. */
function apart(findings: readonly Finding[]): readonly Finding[] {
  const sorted = findings.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const kept: Finding[] = [];
  for (const finding of sorted) {
    const last = kept.at(-1);
    if (last === undefined || finding.start >= last.end) kept.push(finding);
    else if (isBetter(finding, last)) kept[kept.length - 1] = finding;
  }
  return kept;
}

const isBetter = (a: Finding, b: Finding): boolean =>
  a.confidence !== b.confidence ? a.confidence > b.confidence : a.end - a.start > b.end - b.start;
