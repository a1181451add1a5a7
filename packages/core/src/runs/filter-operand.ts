// The right side of a condition: what a value is depends on the field it is compared with.
import type { Fault } from '../expression/cursor.ts';
import { didYouMean } from '../formats/did-you-mean.ts';
import { numberIn, type Field } from './fields.ts';
import type { Token } from './filter-tokens.ts';
import { readTime } from '../formats/time.ts';

export type Comparison = '=' | '!=' | '>' | '>=' | '<' | '<=';

/** A number without quotes compares as a number; everything else as text. Times are numbers already. */
export type Operand =
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'text'; readonly text: string };

export function operandOf(
  field: Field,
  operator: Comparison,
  { kind, text }: Token,
  now: number,
): Operand | Omit<Fault, 'at'> {
  const quoted = kind === 'text';
  if (!quoted && text.toLowerCase() === 'null')
    return { message: 'Nothing equals NULL.', hint: `Write ${field.title} is ${operator === '!=' ? 'not ' : ''}null.` };
  const number = quoted ? undefined : numberIn(text);
  if (field.type === 'time') {
    const time = number !== undefined && number >= 1e11 ? number : readTime(text, now);
    if (time !== undefined) return { kind: 'number', value: time, text };
    return {
      message: `"${text}" is no time.`,
      hint: 'Write 2026-11-01, "2026-11-01T08:00Z", or 7d for seven days ago.',
    };
  }
  if (field.type === 'number') {
    if (number !== undefined) return { kind: 'number', value: number, text };
    if (quoted && numberIn(text) !== undefined)
      return { message: `"${field.title}" is a number, "${text}" a text.`, hint: `Write ${text} without quotes.` };
    return { message: `"${field.title}" is a number, "${text}" is none.`, hint: 'Compare it with a number, as 0.9.' };
  }
  if (field.choices !== undefined) {
    // MLflow writes its choices in capitals.
    const known = text.toLowerCase();
    if (field.choices.includes(known)) return { kind: 'text', text: known };
    const near = didYouMean(text, field.choices);
    return {
      message: `"${field.title}" is never "${text}".`,
      hint: near.replace(/^./, (first) => first.toUpperCase()),
    };
  }
  return number !== undefined ? { kind: 'number', value: number, text } : { kind: 'text', text };
}
