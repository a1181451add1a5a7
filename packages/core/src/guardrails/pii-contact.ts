// How people and their machines are reached: mail, telephone, network addresses, addresses with a password in them.
import type { Recognizer } from './recognizer.ts';

const isIpv4 = (text: string): boolean => text.split('.').every((part) => Number(part) <= 255 && !/^0\d/.test(part));

/** Addresses that every network has name no one. */
const isOwnNetwork = (text: string): boolean =>
  /^(?:0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|255\.)/.test(text);

function isIpv6(text: string): boolean {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0 || text.length < 6 || !/\d/.test(text)) return false;
  const groups = [head, tail ?? ''].flatMap((half) => (half === '' ? [] : half.split(':')));
  const good = groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
  return good && (tail === undefined ? groups.length === 8 : groups.length <= 7 && groups.length >= 2);
}

/** E.164: a country code, and 8 to 15 digits in all. */
const isInternational = (digits: string): boolean => /^[1-9]\d{7,14}$/.test(digits) && !/^(\d)\1+$/.test(digits);

const phoneWords = [
  'phone',
  'call',
  'mobile',
  'cell',
  'fax',
  'tel',
  'telefon',
  'téléphone',
  'teléfono',
  'handy',
  'whatsapp',
];

export const contactRecognizers: readonly Recognizer[] = [
  {
    type: 'phone-number',
    pattern: /(?<![\w+]|\d[ .-])(?:\+|00)[1-9](?:[ ./-]?\(?\d\)?){7,16}(?!\w)/g,
    separators: /^00|[^\d]/g,
    valid: isInternational,
    confidence: 0.8,
    words: phoneWords,
  },
  {
    type: 'phone-number',
    pattern: /(?<![\w.-])(?:1[-. ])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?![\w-])/g,
    confidence: 0.6,
    words: phoneWords,
  },
  {
    type: 'phone-number',
    pattern: /(?<![\w.-])0[1-9](?:[ ./-]?\d){7,11}(?![\w-])/g,
    confidence: 0.2,
    words: phoneWords,
  },
  {
    type: 'ip-address',
    pattern: /(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w]|\.\d)/g,
    valid: (text) => isIpv4(text) && !isOwnNetwork(text),
    confidence: 0.6,
    words: ['ip', 'address', 'host', 'server'],
  },
  {
    type: 'ip-address',
    pattern: /(?<![\w:.])[0-9a-f:]{6,39}(?![\w:])/gi,
    valid: isIpv6,
    confidence: 0.7,
    words: ['ip', 'address', 'host', 'server'],
  },
  {
    type: 'mac-address',
    pattern: /(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])/gi,
    valid: (text) => !/^(?:00[:-]?)+$/.test(text) && !/^(?:ff[:-]?)+$/i.test(text),
    confidence: 0.8,
  },
  {
    type: 'url-with-password',
    pattern: /(?<!\w)[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{1,64}:[^\s@/]{1,128}@[\w.-]{1,200}/gi,
    confidence: 1,
  },
];
