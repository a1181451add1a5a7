// ULID: 48 bits of time, 80 bits of chance, in Crockford's base 32. Sorts by time as text.

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const pattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export const isUlid = (text: string): boolean => pattern.test(text);

/**
 * @param time milliseconds since 1970, 0 … 2^48 − 1
 * @param chance ten bytes; in CI they are a hash of the producer, so that a repeated push is a no-op
 * @throws RangeError when either is out of range: the caller has a bug
 */
export function makeUlid(time: number, chance: Uint8Array): string {
  if (!Number.isInteger(time) || time < 0 || time >= 2 ** 48) throw new RangeError(`not a ULID time: ${time}`);
  if (chance.length !== 10) throw new RangeError(`a ULID needs 10 bytes of chance, got ${chance.length}`);
  let head = '';
  for (let rest = time, digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) head = alphabet[rest % 32] + head;
  let bits = 0n;
  for (const byte of chance) bits = (bits << 8n) | BigInt(byte);
  let tail = '';
  for (let digit = 0; digit < 16; digit++, bits >>= 5n) tail = alphabet[Number(bits & 31n)] + tail;
  return head + tail;
}

/** Milliseconds since 1970. */
export function ulidTime(ulid: string): number {
  return [...ulid.slice(0, 10)].reduce((time, digit) => time * 32 + alphabet.indexOf(digit), 0);
}

/** The day a record is filed under, `2026-11-21` (UTC): part of every path in the store. */
export function ulidDay(ulid: string): string {
  return isoDay(ulidTime(ulid));
}

/** Days since 1970 to a civil date, without the clock or the locale (Hinnant, "chrono-compatible dates"). */
function isoDay(milliseconds: number): string {
  const days = Math.floor(milliseconds / 86_400_000) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
