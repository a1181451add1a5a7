// Bank accounts: the country says how long a number is, so it ends where it ends, whatever words stand behind it.
import { mod97 } from './checksums.ts';
import type { Finding } from './recognizer.ts';

/** Length by country: SWIFT's IBAN registry. */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24
   FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21
   LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22
   RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`
    .trim()
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Groups of characters may be parted by one space or hyphen each. */
export function findIbans(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const { 0: start, index } of text.matchAll(/(?<!\w)[A-Z]{2} ?\d{2}/gi)) {
    const length = ibanLengths[start.slice(0, 2).toUpperCase()];
    const iban = length === undefined ? undefined : take(text, index, length);
    if (iban !== undefined && mod97(iban.compact.toUpperCase()))
      found.push({ type: 'iban', start: index, end: iban.end, confidence: 1 });
  }
  return found;
}

/** So many letters and digits, and where they end; undefined when a word goes on behind them. */
function take(
  text: string,
  start: number,
  length: number,
): { readonly compact: string; readonly end: number } | undefined {
  let compact = '';
  let at = start;
  for (; compact.length < length; at++) {
    const character = text[at] ?? '';
    if (/[A-Za-z0-9]/.test(character)) compact += character;
    else if (!/[ -]/.test(character) || !/[A-Za-z0-9]/.test(text[at + 1] ?? '')) return undefined;
  }
  return /\w/.test(text[at] ?? '') ? undefined : { compact, end: at };
}
