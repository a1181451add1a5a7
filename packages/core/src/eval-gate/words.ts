// Numbers as sentences say them.
import { dayMilliseconds, timeOf } from '../formats/time.ts';
import type { Against, Difference, MetricTraits } from './task.ts';

/** Three digits after the point; more where the value is small, fewer where it is large. */
export function numberText(value: number, digits = 3): string {
  const size = Math.abs(value);
  if (size >= 1000) return `${value < 0 ? '−' : ''}${countText(Math.round(size))}`;
  const small = value !== 0 && size < 5 * 10 ** -digits;
  return value.toFixed(small ? digits + 2 : size >= 100 ? Math.min(digits, 1) : digits).replace(/^-/, '−');
}

export const valueText = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : numberText(value);

export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** A planned number of rows, to two digits, rounded up: it rests on an estimate. */
export function aboutText(count: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return countText(Math.ceil(count / unit) * unit);
}

/** A difference in the metric's own unit: shares in points of a hundred. */
export function differenceText(traits: MetricTraits, value: number): string {
  const sign = value > 0 ? '+' : '';
  return traits.unit === 'share' ? `${sign}${points(value)} pts` : `${sign}${numberText(value)}${suffixOf(traits)}`;
}

/** What is asked of a key metric's difference: the loss that does not matter, or the gain that must be shown. */
export const demandText = (
  traits: MetricTraits,
  { margin, gain }: { readonly margin: number; readonly gain?: number | undefined },
): string =>
  gain === undefined
    ? differenceText(traits, margin).replace('+', '')
    : `gain ${differenceText(traits, gain).replace('+', '')}`;

const points = (value: number): string => numberText(value * 100, 1);
const suffixOf = ({ suffix }: MetricTraits): string => (suffix === undefined ? '' : ` ${suffix}`);

/** `0.452`, `12.3 ms` */
export const valueWithUnit = (traits: MetricTraits, value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${numberText(value)}${suffixOf(traits)}`;

/** `−0.011, 95 % CI −0.015 … −0.007` */
export function differenceWithInterval(traits: MetricTraits, difference: Difference): string {
  return `${differenceText(traits, difference.difference)}, 95 % CI ${intervalText(traits, difference.shown)}`;
}

export function intervalText(traits: MetricTraits, [low, high]: readonly [number, number]): string {
  const text = traits.unit === 'share' ? points : (value: number) => numberText(value);
  return `${text(low)} … ${text(high)}`;
}

/** `log-loss 0.452 → 0.441` */
export function moveText(traits: MetricTraits, baseline: number | null | undefined, candidate: number | null): string {
  const after = `${valueText(candidate)}${suffixOf(traits)}`;
  return baseline === undefined ? `${traits.title} ${after}` : `${traits.title} ${valueText(baseline)} → ${after}`;
}

/** `production`, or `the baseline`, inside a sentence. */
export const sideText = (against: Against): string => (against === 'production' ? against : 'the baseline');

/** `3 days old`, from two ISO 8601 times; undefined when either cannot be read. */
export function ageText(from: string | undefined, to: string): string | undefined {
  const age = timeOf(to) - timeOf(from ?? '');
  if (Number.isNaN(age)) return undefined;
  const days = Math.floor(Math.max(0, age) / dayMilliseconds);
  return days === 0 ? 'from today' : days === 1 ? '1 day old' : `${days} days old`;
}

/** Not longer than a line can be; names and texts of users have no end of their own. */
export const clipped = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;

/** `90 %`, `99.3 %`: the two-sided level of intervals that err with α on each side. */
export function levelText(alpha: number): string {
  const level = 100 * (1 - 2 * alpha);
  const digits = level > 99.9 ? 3 : 1;
  return `${level.toFixed(digits).replace(/\.0+$/, '')} %`;
}

export const decidedText = (alpha: number): string =>
  `Decided on two-sided ${levelText(alpha)} intervals (${Number((100 * alpha).toPrecision(2))} % error on each side); the 95 % ones are shown. A fail must survive Holm over the key metrics, a worse slice Benjamini-Hochberg at ${Number((200 * alpha).toPrecision(2))} % over all slices.`;
