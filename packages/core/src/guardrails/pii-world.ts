// Numbers that states outside of Europe give people and firms.
import { allEqual, isDay, luhn, verhoeff, weighted } from './checksums.ts';
import type { Recognizer } from './recognizer.ts';

const digits = (text: string, from: number, to?: number): number => Number(text.slice(from, to));

/** Numbers that were printed in advertisements, and what nobody was ever given. */
const knownAway = ['078051120', '219099999', '123456789', '987654320'];

const isSsn = (number: string): boolean =>
  !/^(?:000|666|9)/.test(number) &&
  number.slice(3, 5) !== '00' &&
  number.slice(5) !== '0000' &&
  !allEqual(number) &&
  !knownAway.includes(number);

/** Groups 50 to 65, 70 to 88, 90 to 92 and 94 to 99. */
const isItin = (number: string): boolean => {
  const group = digits(number, 3, 5);
  return group >= 50 && group !== 89 && group !== 93 && (group <= 65 || group >= 70);
};

/** Brazil's two check digits: a product with weights, modulus 11, below two is zero. */
const brazilian = (number: string, weights: readonly number[]): boolean => {
  const rest = weighted(number, weights) % 11;
  return (rest < 2 ? 0 : 11 - rest) === digits(number, weights.length, weights.length + 1);
};
const isCpf = (number: string): boolean =>
  !allEqual(number) &&
  brazilian(number, [10, 9, 8, 7, 6, 5, 4, 3, 2]) &&
  brazilian(number, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
const isCnpj = (number: string): boolean =>
  !allEqual(number) &&
  brazilian(number, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) &&
  brazilian(number, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);

/** UIDAI: Verhoeff, and never the same read backwards. */
const isAadhaar = (number: string): boolean => verhoeff(number) && number !== [...number].reverse().join('');

const isTfn = (number: string): boolean =>
  !allEqual(number) && weighted(number, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
const isAbn = (number: string): boolean =>
  (weighted(number, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0 && !allEqual(number);
const isMedicare = (number: string): boolean =>
  weighted(number, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digits(number, 8, 9);

const nricLetters: Readonly<Record<string, readonly [string, number]>> = {
  S: ['JZIHGFEDCBA', 0],
  T: ['JZIHGFEDCBA', 4],
  F: ['XWUTRQPNMLK', 0],
  G: ['XWUTRQPNMLK', 4],
};
function isNric(code: string): boolean {
  const upper = code.toUpperCase();
  const [letters = '', plus = 0] = nricLetters[upper[0] ?? ''] ?? [];
  return letters[(weighted(upper.slice(1), [2, 7, 6, 5, 4, 3, 2]) + plus) % 11] === upper.at(-1);
}

/** GB 11643-1999: ISO 7064, MOD 11-2. */
const isChineseId = (code: string): boolean =>
  isDay(digits(code, 10, 12), digits(code, 12, 14)) &&
  '10X98765432'[weighted(code, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] ===
    code.at(-1)?.toUpperCase();

const isSouthAfricanId = (number: string): boolean => isDay(digits(number, 2, 4), digits(number, 4, 6)) && luhn(number);

/** Numbers given since October 2020 have no check digit. */
const isKoreanId = (number: string): boolean =>
  isDay(digits(number, 2, 4), digits(number, 4, 6)) && !/^0+$/.test(number.slice(7));

export const worldRecognizers: readonly Recognizer[] = [
  {
    type: 'us-ssn',
    pattern: /(?<![\w.-])\d{3}([- .]?)\d{2}\1\d{4}(?![\w-])/g,
    separators: /[- .]/g,
    valid: isSsn,
    confidence: 0.2,
    words: ['ssn', 'social security', 'social-security'],
  },
  {
    type: 'us-ssn',
    pattern: /(?<![\w.-])\d{3}-\d{2}-\d{4}(?![\w-])/g,
    separators: /-/g,
    valid: isSsn,
    confidence: 0.7,
  },
  {
    type: 'us-itin',
    pattern: /(?<![\w.-])9\d{2}[- ]?\d{2}[- ]?\d{4}(?![\w-])/g,
    separators: /[- ]/g,
    valid: isItin,
    confidence: 0.3,
    words: ['itin', 'taxpayer', 'tax id'],
  },
  {
    type: 'ca-sin',
    pattern: /(?<![\w.-])[1-79]\d{2}[- ]?\d{3}[- ]?\d{3}(?![\w-])/g,
    separators: /[- ]/g,
    valid: (number) => luhn(number) && !allEqual(number),
    confidence: 0.35,
    words: ['sin', 'social insurance', 'assurance sociale', 'nas'],
  },
  {
    type: 'br-cpf',
    pattern: /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])/g,
    separators: /[.-]/g,
    valid: isCpf,
    confidence: 1,
  },
  { type: 'br-cpf', pattern: /(?<![\w.-])\d{11}(?![\w-])/g, valid: isCpf, confidence: 0.5, words: ['cpf'] },
  {
    type: 'br-cnpj',
    pattern: /(?<![\w.-])\d{2}\.?\d{3}\.?\d{3}\/?\d{4}-?\d{2}(?![\w-])/g,
    separators: /[./-]/g,
    valid: isCnpj,
    confidence: 0.8,
    words: ['cnpj'],
  },
  {
    type: 'in-aadhaar',
    pattern: /(?<![\w.-])[2-9]\d{3}([ -]?)\d{4}\1\d{4}(?![\w-])/g,
    separators: /[ -]/g,
    valid: isAadhaar,
    confidence: 0.45,
    words: ['aadhaar', 'aadhar', 'uidai', 'uid'],
  },
  {
    type: 'in-pan',
    pattern: /(?<!\w)[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z](?!\w)/gi,
    valid: (found) => found.slice(5, 9) !== '0000' && (found === found.toUpperCase() || found === found.toLowerCase()),
    confidence: 0.6,
    words: ['pan', 'permanent account'],
  },
  {
    type: 'au-tfn',
    pattern: /(?<![\w.-])\d{3} ?\d{3} ?\d{3}(?![\w-])/g,
    separators: / /g,
    valid: isTfn,
    confidence: 0.3,
    words: ['tfn', 'tax file'],
  },
  {
    type: 'au-abn',
    pattern: /(?<![\w.-])[1-9]\d ?\d{3} ?\d{3} ?\d{3}(?![\w-])/g,
    separators: / /g,
    valid: isAbn,
    confidence: 0.5,
    words: ['abn', 'australian business'],
  },
  {
    type: 'au-medicare',
    pattern: /(?<![\w.-])[2-6]\d{3} ?\d{5} ?\d(?![\w-])/g,
    separators: / /g,
    valid: isMedicare,
    confidence: 0.35,
    words: ['medicare'],
  },
  {
    type: 'sg-nric',
    pattern: /(?<!\w)[STFG]\d{7}[A-Z](?!\w)/gi,
    valid: isNric,
    confidence: 0.9,
    words: ['nric', 'fin'],
  },
  {
    type: 'cn-resident-id',
    pattern: /(?<!\w)[1-9]\d{5}(?:18|19|20)\d{9}[\dX](?!\w)/gi,
    valid: isChineseId,
    confidence: 0.9,
    words: ['身份证', 'resident identity'],
  },
  {
    type: 'za-id',
    pattern: /(?<![\w.-])\d{10}[01]\d{2}(?![\w-])/g,
    valid: isSouthAfricanId,
    confidence: 0.45,
    words: ['id number', 'identity number', 'south african'],
  },
  {
    type: 'kr-rrn',
    pattern: /(?<![\w.-])\d{6}-[1-8]\d{6}(?![\w-])/g,
    separators: /-/g,
    valid: isKoreanId,
    confidence: 0.6,
    words: ['주민등록번호', 'resident registration', 'rrn'],
  },
];
