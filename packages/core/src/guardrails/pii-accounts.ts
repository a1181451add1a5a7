// Accounts and cards, wallets and travel documents: valid everywhere, with checks that chance hardly passes.
import { allEqual, luhn } from './checksums.ts';
import type { Recognizer } from './recognizer.ts';
import { isWallet } from './wallet.ts';

/** Issuer, as the start of a number, and how long its numbers are. ISO/IEC 7812, the networks' own ranges. */
const issuers: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]],
  [/^(?:36|38|39|30[0-5])/, [14, 16]],
  [/^35(?:2[89]|[3-8])/, [16]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [12, 13, 14, 15, 16, 17, 18, 19]],
  [/^220[0-4]/, [16]],
];

const isCard = (digits: string): boolean =>
  luhn(digits) &&
  !allEqual(digits) &&
  issuers.some(([start, lengths]) => start.test(digits) && lengths.includes(digits.length));

/** ICAO Doc 9303, part 3: weights 7, 3, 1; `<` is 0 and letters count from 10. */
function mrzCheck(field: string, digit: string): boolean {
  let sum = 0;
  for (let i = 0; i < field.length; i++) {
    const character = field[i] ?? '<';
    sum += (character === '<' ? 0 : Number.parseInt(character, 36)) * ([7, 3, 1][i % 3] ?? 0);
  }
  return String(sum % 10) === (digit === '<' ? '0' : digit);
}

/** Second line of a passport (44), or of a visa: document number, birth, expiry. */
function isMachineReadable(line: string): boolean {
  return (
    mrzCheck(line.slice(0, 9), line[9] ?? '') &&
    mrzCheck(line.slice(13, 19), line[19] ?? '') &&
    mrzCheck(line.slice(21, 27), line[27] ?? '')
  );
}

export const accountRecognizers: readonly Recognizer[] = [
  {
    type: 'credit-card',
    pattern: /(?<![\w.])\d(?:[ -]?\d){11,18}(?![\w])/g,
    separators: /[ -]/g,
    valid: isCard,
    confidence: 0.9,
    words: ['card', 'credit', 'visa', 'mastercard', 'amex', 'karte', 'carte', 'tarjeta', 'carta'],
  },
  {
    type: 'crypto-wallet',
    pattern: /(?<!\w)(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc1|BC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{11,71})(?!\w)/g,
    valid: isWallet,
    confidence: 1,
  },
  {
    type: 'ethereum-wallet',
    pattern: /(?<!\w)0x[0-9a-fA-F]{40}(?!\w)/g,
    valid: (found) => !allEqual(found.slice(2)),
    confidence: 0.7,
    words: ['eth', 'ethereum', 'wallet', 'address'],
  },
  {
    type: 'passport-mrz',
    pattern: /(?<![\w<])[A-Z0-9][A-Z0-9<]{8}\d[A-Z<]{3}\d{7}[FMX<]\d{7}[A-Z0-9<]{16}(?![\w<])/g,
    valid: isMachineReadable,
    confidence: 1,
  },
];
