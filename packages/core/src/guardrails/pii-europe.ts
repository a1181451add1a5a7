// Numbers that European states give people. Each check is the issuing authority's; where chance passes it one time in
// ten or eleven, a word near the number is needed.
import { allEqual, isDay, luhn, mod11And10, remainder, weighted } from './checksums.ts';
import type { Recognizer } from './recognizer.ts';

const digits = (text: string, from: number, to?: number): number => Number(text.slice(from, to));

/** NHS Data Dictionary: weights 10 to 2, modulus 11. */
function isNhs(number: string): boolean {
  const rest = 11 - (weighted(number, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return !allEqual(number) && (rest === 11 ? 0 : rest) === digits(number, 9);
}

/** Of the first ten digits one stands twice or three times, every other once at most. */
function isGermanTaxId(number: string): boolean {
  const counts = [...'0123456789'].map((digit) => number.slice(0, 10).split(digit).length - 1);
  const several = counts.filter((count) => count > 1);
  return number[0] !== '0' && several.length === 1 && (several[0] ?? 0) <= 3 && mod11And10(number);
}

/** Corsica's departments count as 19 and 18. */
function isNir(number: string): boolean {
  const plain = number.toUpperCase().replace('2A', '19').replace('2B', '18');
  return 97 - remainder(plain.slice(0, 13), 97) === digits(plain, 13);
}

const isNif = (number: string): boolean => {
  const plain = number.toUpperCase().replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[digits(plain, 0, -1) % 23] === plain.at(-1);
};

/** Values of the characters at odd places; those at even places count as they are. D.M. 23 December 1976. */
const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function isCodiceFiscale(code: string): boolean {
  let sum = 0;
  for (const [at, character] of [...code.toUpperCase().slice(0, 15)].entries()) {
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
    sum += at % 2 === 0 ? (oddValues[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === code.at(-1)?.toUpperCase();
}

/** The century is added to the month. */
const isPesel = (number: string): boolean =>
  isDay(digits(number, 2, 4) % 20, digits(number, 4, 6)) &&
  (10 - (weighted(number, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digits(number, 10);

const isBsn = (number: string): boolean =>
  !allEqual(number) && weighted(number, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;

const isHetu = (code: string): boolean =>
  isDay(digits(code, 2, 4), digits(code, 0, 2)) &&
  '0123456789ABCDEFHJKLMNPRSTUVWXY'[digits(code.slice(0, 6) + code.slice(7, 10), 0) % 31] ===
    code.at(-1)?.toUpperCase();

/** A coordination number adds 60 to the day. */
const isPersonnummer = (number: string): boolean =>
  isDay(digits(number, -8, -6), digits(number, -6, -4) % 60) && luhn(number.slice(-10));

/** Born since 2000: a 2 goes before the number. */
const isBelgian = (number: string): boolean =>
  [number.slice(0, 9), `2${number.slice(0, 9)}`].some((n) => 97 - remainder(n, 97) === digits(number, 9));

export const europeanRecognizers: readonly Recognizer[] = [
  {
    type: 'uk-nhs',
    pattern: /(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])/g,
    separators: /[ -]/g,
    valid: isNhs,
    confidence: 0.4,
    words: ['nhs', 'national health', 'health service', 'patient'],
  },
  {
    type: 'uk-nino',
    pattern: /(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)/gi,
    confidence: 0.6,
    words: ['national insurance', 'nino', 'ni number', 'insurance number'],
  },
  {
    type: 'de-tax-id',
    pattern: /(?<![\w.-])\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\w-])/g,
    separators: / /g,
    valid: isGermanTaxId,
    confidence: 0.45,
    words: ['steuer', 'idnr', 'tin', 'tax id', 'identifikationsnummer'],
  },
  {
    type: 'fr-nir',
    pattern: /(?<!\w)[1-478] ?\d{2} ?(?:0[1-9]|[2-9]\d|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\w)/gi,
    separators: / /g,
    valid: isNir,
    confidence: 0.8,
    words: ['sécurité sociale', 'securite sociale', 'insee', 'nir', 'sécu'],
  },
  {
    type: 'es-nif',
    pattern: /(?<!\w)(?:\d{8}|[XYZ]-?\d{7})-?[A-Z](?!\w)/gi,
    separators: /-/g,
    valid: isNif,
    confidence: 0.8,
    words: ['dni', 'nif', 'nie'],
  },
  {
    type: 'it-codice-fiscale',
    // A surname and a name of three letters each: consonants, then vowels, then X.
    pattern:
      /(?<!\w)(?:[A-Z][AEIOU][AEIOUX]|[AEIOU]XX|[B-DF-HJ-NP-TV-Z]{2}[A-Z]){2}[\dLMNP-V]{2}[ABCDEHLMPRST][\dLMNP-V]{2}[A-MZ][\dLMNP-V]{3}[A-Z](?!\w)/gi,
    valid: isCodiceFiscale,
    confidence: 1,
  },
  {
    type: 'pl-pesel',
    pattern: /(?<![\w.-])\d{11}(?![\w-])/g,
    valid: isPesel,
    confidence: 0.45,
    words: ['pesel'],
  },
  {
    type: 'nl-bsn',
    pattern: /(?<![\w.-])\d{9}(?![\w-])/g,
    valid: isBsn,
    confidence: 0.3,
    words: ['bsn', 'burgerservicenummer', 'sofinummer'],
  },
  {
    type: 'fi-hetu',
    pattern: /(?<!\w)\d{6}[-+A-FYXWVU]\d{3}[\dA-FHJ-NPR-Y](?!\w)/g,
    valid: isHetu,
    confidence: 0.8,
    words: ['hetu', 'henkilötunnus', 'personbeteckning'],
  },
  {
    type: 'se-personnummer',
    pattern: /(?<![\w.])(?:19|20)?\d{6}[-+]\d{4}(?![\w-])/g,
    separators: /[-+]/g,
    valid: isPersonnummer,
    confidence: 0.7,
    words: ['personnummer', 'samordningsnummer'],
  },
  {
    type: 'be-national-number',
    pattern: /(?<![\w.])\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}(?![\w-])/g,
    separators: /[.-]/g,
    valid: isBelgian,
    confidence: 0.5,
    words: ['rijksregister', 'registre national', 'national number', 'numéro national'],
  },
];
