// Points in time as people and records write them, without the clock: core has none, so "now" is always given.
import { makeUlid, ulidDay } from './ulid.ts';

const form =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const spans: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

export const dayMilliseconds = 86_400_000;

export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text.trim());

/** Milliseconds since 1970 of an ISO 8601 day or time; UTC where no zone is written. NaN when it is neither. */
export function timeOf(text: string): number {
  const usual = usualTime(text);
  if (usual !== undefined) return usual;
  const parts = form.exec(text.trim());
  if (parts === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (!isDate(year!, month!, day!) || hour! > 24 || minute! > 59 || second! > 60) return Number.NaN;
  const fraction = Number(`0.${parts[7] ?? '0'}`);
  const days = daysSince1970(year!, month!, day!);
  return (
    days * dayMilliseconds +
    hour! * 3_600_000 +
    minute! * 60_000 +
    second! * 1000 +
    Math.floor(fraction * 1000) -
    zoneOf(parts[8])
  );
}

/**
 * What an option or a filter means by a time: `7d`, `36h`, `2w`, `30m` ago, a day, or a time.
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; undefined when it is none of these
 */
export function readTime(text: string, now: number): number | undefined {
  const ago = /^(\d{1,6})([mhdw])$/i.exec(text.trim());
  if (ago !== null) return now - Number(ago[1]) * spans[ago[2]!.toLowerCase()]!;
  const time = timeOf(text);
  return Number.isNaN(time) ? undefined : time;
}

/** ISO 8601 of milliseconds since 1970, without a calendar of the host's. */
export function isoTime(milliseconds: number): string {
  const day = ulidDay(makeUlid(milliseconds, new Uint8Array(10)));
  const rest = milliseconds % 86_400_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const seconds = `${two((rest / 1000) % 60)}.${String(Math.floor(rest % 1000)).padStart(3, '0')}`;
  return `${day}T${two(rest / 3_600_000)}:${two((rest / 60_000) % 60)}:${seconds}Z`;
}

/** `2026-11-01T08:00:00.000Z`, as records hold it: read by its digits, since lists ask it of every run. */
function usualTime(text: string): number | undefined {
  if (text.length !== 24 || text[23] !== 'Z' || text[10] !== 'T' || text[19] !== '.') return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return undefined;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  const days = daysSince1970(year, month, day);
  const time = days * dayMilliseconds + hour * 3_600_000 + minute * 60_000 + second * 1000 + digits(text, 20, 23);
  return isDate(year, month, day) && hour < 24 && minute < 60 && second < 60 ? time : undefined;
}

/** NaN where one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

const zoneOf = (zone = 'Z'): number => {
  if (/^z$/i.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000);
};

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const length = month === 2 && leap ? 29 : (monthLengths[month - 1] ?? 0);
  return day >= 1 && day <= length;
}

/** Days from 1970-01-01 to a civil date (Hinnant, "chrono-compatible low-level date algorithms"). */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
