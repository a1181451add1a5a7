// How the judges of retrieval are read. The formulas are promptfoo's, so the same judge gives the same scores; where its
// reading passes by default, ours cannot read.
import type { Unreadable } from './ask.ts';

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');

/** Sentences of prose; text of several lines is taken as one unit a line. */
export function sentencesOf(text: string): readonly string[] {
  const lines = linesOf(text);
  return (lines.length > 1 ? lines : text.split(/(?<=[.!?])\s+/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '' && !/^\d+[.)]$/.test(sentence));
}

export interface Share {
  readonly score: number;
  readonly found: number;
  readonly of: number;
}

/** Share of the lines with a mark that carry [Attributed]. */
export function readAttributions(text: string): Share | Unreadable {
  const lines = linesOf(text.toLowerCase()).filter((line) => /\[(?:not )?attributed\]/.test(line));
  if (lines.length === 0) return { unreadable: 'no line has [Attributed] or [Not Attributed]' };
  const found = lines.filter((line) => !line.includes('[not attributed]')).length;
  return { score: found / lines.length, found, of: lines.length };
}

/** Each is looked for in the whole context. */
const mostSentences = 5_000;

export const nothingRelevant = 'Insufficient Information';

/** Relevant sentences, each once, of all in the context; an answer that quotes nothing of it was made up. */
export function readRelevant(text: string, context: string | readonly string[]): Share | Unreadable {
  const chunks = typeof context === 'string' ? undefined : context;
  const whole = chunks?.join('\n\n') ?? (context as string);
  const units = chunks?.filter((chunk) => chunk.trim() !== '') ?? sentencesOf(whole);
  const of = units.length;
  if (text.includes(nothingRelevant) || of === 0) return { score: 0, found: 0, of };
  const byLine = chunks !== undefined || linesOf(whole).length > 1;
  const quoted = [...new Set(byLine ? linesOf(text) : sentencesOf(text))];
  if (quoted.length > mostSentences) return { unreadable: `it has ${quoted.length} sentences` };
  const flat = flattened(whole);
  if (!quoted.some((sentence) => flat.includes(flattened(sentence.replace(/^\s*(?:\d+[.)]|[-*])\s*/, '')))))
    return { unreadable: 'it quotes nothing of the context' };
  const found = Math.min(quoted.length, of);
  return { score: found / of, found, of };
}

const flattened = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, ' ').trim();

export function readStatements(text: string): { readonly statements: readonly string[] } {
  return { statements: linesOf(text) };
}

export const finalVerdict = 'Final verdict for each statement in order:';

/** Share of the statements that the judge found in the context; one without a verdict is not. */
export function readVerdicts(text: string, statements: number): Share | Unreadable {
  const said = text.toLowerCase().trim();
  const counted = verdictsIn(said);
  if (counted === undefined) return { unreadable: 'it has no verdict for each statement' };
  const missing = Math.max(0, statements - counted.no - counted.yes);
  const score = Math.min(1, Math.max(0, 1 - (counted.no + missing) / statements));
  return { score, found: Math.round(score * statements), of: statements };
}

function verdictsIn(said: string): { readonly yes: number; readonly no: number } | undefined {
  const mark = finalVerdict.toLowerCase();
  // A judge may repeat its instructions first: the last such line is its own.
  const at = said.lastIndexOf(mark);
  if (at === -1) {
    const no = said.split('verdict: no').length - 1;
    const yes = said.split('verdict: yes').length - 1;
    return no + yes === 0 ? undefined : { yes, no };
  }
  const verdicts = said
    .slice(at + mark.length)
    .split('.')
    .filter((part) => part.trim() !== '');
  if (verdicts.length === 0 || !verdicts.every((part) => /\b(?:yes|no)\b/.test(part))) return undefined;
  const no = verdicts.filter((part) => !part.includes('yes')).length;
  return { yes: verdicts.length - no, no };
}
