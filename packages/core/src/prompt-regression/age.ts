// How old a baseline is, without a clock: from ISO 8601 to milliseconds by the civil calendar.

/** Milliseconds since 1970 of `2026-01-31T09:30:00.000Z`, with any offset; undefined for other text. */
export function isoMilliseconds(iso: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3})\d*)?(?:Z|([+-])(\d{2}):?(\d{2}))$/.exec(
    iso,
  );
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offset = (match[8] === '-' ? -1 : 1) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0));
  const minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset;
  return (minutes * 60 + second) * 1000 + Number((match[7] ?? '0').padEnd(3, '0'));
}

/** "3 days old", "today"; empty when either time is unknown. */
export function ageInWords(from: number | undefined, now: number | undefined): string {
  if (from === undefined || now === undefined || now < from) return '';
  const days = Math.floor((now - from) / 86_400_000);
  return days === 0 ? 'less than a day old' : days === 1 ? '1 day old' : `${days} days old`;
}

/** Hinnant, "chrono-compatible low-level date algorithms". */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
