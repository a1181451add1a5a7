// Personal data in texts as people write them, and numbers that only look like it.
import { expect, test } from 'vitest';
import { findPii, masked, piiTypes } from '../../src/guardrails/index.ts';

const found = (text: string) => findPii(text).map(({ type, start, end }) => `${type}: ${text.slice(start, end)}`);

test.each([
  ['Card 4111 1111 1111 1111, thanks', 'credit-card: 4111 1111 1111 1111'],
  ['amex 378282246310005', 'credit-card: 378282246310005'],
  ['IBAN de89 3704 0044 0532 0130 00 bitte', 'iban: de89 3704 0044 0532 0130 00'],
  ['Pay to GB29NWBK60161331926819.', 'iban: GB29NWBK60161331926819'],
  ['my SSN is 536-90-4399', 'us-ssn: 536-90-4399'],
  ['social security 536904399', 'us-ssn: 536904399'],
  ['ITIN: 912-78-1234', 'us-itin: 912-78-1234'],
  ['NHS number 943 476 5919', 'uk-nhs: 943 476 5919'],
  ['National insurance AB 12 34 56 C', 'uk-nino: AB 12 34 56 C'],
  ['Steuer-ID 36 574 261 809', 'de-tax-id: 36 574 261 809'],
  ['NIR 2 53 04 75 123 456 20', undefined],
  ['DNI 12345678Z', 'es-nif: 12345678Z'],
  ['NIE X1234567L', 'es-nif: X1234567L'],
  ['codice fiscale RSSMRA85T10A562S', 'it-codice-fiscale: RSSMRA85T10A562S'],
  ['PESEL 44051401359', 'pl-pesel: 44051401359'],
  ['BSN 111222333', 'nl-bsn: 111222333'],
  ['CPF 529.982.247-25', 'br-cpf: 529.982.247-25'],
  ['CNPJ 11.222.333/0001-81', 'br-cnpj: 11.222.333/0001-81'],
  ['PAN ABCPE1234F', 'in-pan: ABCPE1234F'],
  ['TFN 123 456 782', 'au-tfn: 123 456 782'],
  ['ABN 51 824 753 556', 'au-abn: 51 824 753 556'],
  ['Medicare 2123 45670 1', 'au-medicare: 2123 45670 1'],
  ['SIN 130 692 544', 'ca-sin: 130 692 544'],
  ['hetu 131052-308T', 'fi-hetu: 131052-308T'],
  ['ID number 8001015009087', 'za-id: 8001015009087'],
  ['Call +41 44 668 18 00 now', 'phone-number: +41 44 668 18 00'],
  ['phone: (212) 555-2368', 'phone-number: (212) 555-2368'],
  ['Tel. 044 668 18 00', 'phone-number: 044 668 18 00'],
  ['mail ada.lovelace@example.co.uk!', 'email-address: ada.lovelace@example.co.uk'],
  ['from 203.0.113.7', 'ip-address: 203.0.113.7'],
  ['from 2001:db8::8a2e:370:7334', 'ip-address: 2001:db8::8a2e:370:7334'],
  ['mac 00:1B:44:11:3A:B7', 'mac-address: 00:1B:44:11:3A:B7'],
  ['https://ada:s3cret-pw@example.com/x', 'url-with-password: https://ada:s3cret-pw@example.com'],
  ['to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', 'crypto-wallet: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq'],
  ['0x52908400098527886E0F7030069857D2E4169EE7', 'ethereum-wallet: 0x52908400098527886E0F7030069857D2E4169EE7'],
  [
    'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10',
    'passport-mrz: L898902C36UTO7408122F1204159ZE184226B<<<<<10',
  ],
])('finds in %j: %s', (text, expected) => {
  expect(found(text)).toEqual(expected === undefined ? [] : [expected]);
});

test.each([
  'The order 4111111111111112 was shipped on 2026-11-21.',
  'Version 10.4.1.2 of 12.11.2026 runs on 127.0.0.1 and 192.168.1.10.',
  'std::vector<int>::iterator and a::b and 12:30:45',
  'Pi is 3.14159265358979323846 and e is 2.718281828459045',
  'sha 3a7bd3e2360a3d29eea436fcfb7e44c735d117c4',
  'uuid 123e4567-e89b-12d3-a456-426614174000',
  'about 1,234,567,890 people and 123456789 grains',
  'ISBN 978-3-16-148410-0, DOI 10.1000/182, item 111222333',
  'Timestamps 1732233600 and 1732233600000 and 20261121123456',
  'ask @ada or mail at example dot com',
  'IBAN DE88 3704 0044 0532 0130 00 has a typo',
  'the SSN 078-05-1120 was on a card in a wallet, and 000-12-3456 is none',
])('finds nothing in %j', (text) => {
  expect(found(text)).toEqual([]);
});

test('needs a word beside a number whose check one in ten passes by chance', () => {
  expect(findPii('ticket 111222333')).toEqual([]);
  expect(findPii('ticket 111222333', { types: ['nl-bsn'], minConfidence: 0.2 })).toHaveLength(1);
  expect(findPii('burgerservicenummer: 111222333')).toHaveLength(1);
  expect(findPii('businesses 130692544')).toEqual([]);
});

test('tells one thing once, as the surest of its kinds', () => {
  expect(found('IBAN GB29 NWBK 6016 1331 9268 19 and card 5555555555554444, ada@example.com')).toEqual([
    'iban: GB29 NWBK 6016 1331 9268 19',
    'credit-card: 5555555555554444',
    'email-address: ada@example.com',
  ]);
});

test('masks what it found', () => {
  const text = 'Card 4111 1111 1111 1111';
  const [finding] = findPii(text);
  expect(finding && masked(text, finding)).toBe('credit-card 4…1 (19 characters at 5)');
});

test('knows thirty kinds of personal data and more', () => {
  expect(piiTypes.length).toBeGreaterThanOrEqual(30);
});
