// The same numbers as python-stdnum's, the same places as Presidio's own recognisers; each difference has its reason.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findPii } from '../../src/guardrails/index.ts';

interface Oracle {
  readonly numbers: Readonly<Record<string, readonly { readonly text: string; readonly valid: boolean }[]>>;
  readonly texts: readonly {
    readonly type: string;
    readonly text: string;
    readonly presidio: readonly [number, number][];
  }[];
}
const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/pii/values.json', import.meta.url), 'utf8'),
) as Oracle;

describe.each(Object.entries(oracle.numbers))('%s', (type, numbers) => {
  test('takes the numbers that python-stdnum takes, and no other', () => {
    // The tax office gives out groups 50 to 65 too, which python-stdnum does not know yet.
    const known = numbers.filter(({ text }) => type !== 'us-itin' || !/-(?:5\d|6[0-5])-/.test(text));
    const ours = known.map(({ text }) => ({
      text,
      valid: findPii(`number ${text}, please`, { types: [type], minConfidence: 0 }).some(
        ({ start, end }) => start === 7 && end === 7 + text.length,
      ),
    }));
    expect(ours).toEqual(known);
  });
});

/** Where we do otherwise on purpose. */
const otherwise: readonly (readonly [string, RegExp, string])[] = [
  ['credit-card', /\b27[012]\d{13}\b/, "Mastercard's second range, 2221 to 2720, which Presidio does not know"],
  ['us-ssn', /\b9\d\d-/, 'no social security number begins with 9'],
  ['sg-nric', /\b[STFG]\d{7}[A-Z]\b/, 'we look at the check letter, Presidio at the shape alone'],
];
const isOtherwise = (type: string, text: string): boolean =>
  otherwise.some(([kind, pattern]) => kind === type && pattern.test(text));

test('finds what Presidio finds, where it finds it', () => {
  const differences = oracle.texts.flatMap(({ type, text, presidio }) => {
    const ours = findPii(text, { types: [type], minConfidence: 0 }).map(({ start, end }) => [start, end]);
    return JSON.stringify(ours) === JSON.stringify(presidio) || isOtherwise(type, text)
      ? []
      : [{ type, text, presidio, ours }];
  });
  expect(differences).toEqual([]);
});

test('is compared on a hundred texts at least, most of them with something to find', () => {
  expect(oracle.texts.length).toBeGreaterThanOrEqual(100);
  expect(oracle.texts.filter(({ presidio }) => presidio.length > 0).length).toBeGreaterThan(60);
  expect(oracle.texts.filter(({ type, text }) => isOtherwise(type, text)).length).toBeLessThan(15);
});
