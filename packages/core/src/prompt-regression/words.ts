// Numbers and texts as the report says them.
import type { DifferenceInterval } from '../statistics/index.ts';

export const share = (value: number): string => value.toFixed(2);

/** Signed points of a share, with a real minus: "−6.0". */
export function points(value: number): string {
  const text = Math.abs(value * 100).toFixed(1);
  return value < 0 && text !== '0.0' ? `−${text}` : value > 0 && text !== '0.0' ? `+${text}` : text;
}

export const intervalWords = ({ low, high }: DifferenceInterval): string => `${points(low)} … ${points(high)}`;

export const count = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`;

/** The verb beside a `count`: one case settles, two settle. */
export const verb = (n: number, one: string, many: string): string => (n === 1 ? one : many);

/** 12345 as "12,345". */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

export function dollars(value: number): string {
  if (value === 0) return '$0';
  if (value < 0.000001) return 'less than $0.000001';
  return value < 0.01 ? `$${Number(value.toPrecision(2))}` : `$${value.toFixed(2)}`;
}

/** Behind an amount that nobody said. */
export const byList = (day: string | undefined): string => (day === undefined ? '' : ` at list prices of ${day}`);

export const milliseconds = (value: number): string =>
  value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`;

/** One line of a text, cut where it gets long and said to be. */
export function excerpt(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 4)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > limit || text.length > limit * 4 ? `${cut(line, limit)} …` : line;
}

/** The first `limit` UTF-16 units, never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}
