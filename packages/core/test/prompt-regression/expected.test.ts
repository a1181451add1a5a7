import { describe, expect, it } from 'vitest';
import type { Assertion, EvalCase } from '../../src/formats/eval-suite.ts';
import { AssertionValues } from '../../src/prompt-regression/assertion-values.ts';
import { expectedText } from '../../src/prompt-regression/expected.ts';

const place = { file: 'promptfooconfig.yaml', line: 1, column: 1 };
const values = new AssertionValues('jinja', false);

const told = (...assertions: readonly Partial<Assertion>[]): string => toldAs(false, assertions);

const toldAs = (asYml: boolean, assertions: readonly Partial<Assertion>[]): string =>
  expectedText(
    {
      vars: {},
      assertions: assertions.map((each) => ({ negated: false, weight: 1, place, ...each })),
    } as unknown as EvalCase,
    values,
    asYml,
  );

describe('what an answer was expected to be', () => {
  it('is the expected text itself where it alone decides', () => {
    expect(told({ type: 'equals', value: 'spam' })).toBe('spam');
  });

  it('quotes a text, but for one with quotes of its own', () => {
    expect(told({ type: 'contains', value: 'spam' })).toBe('contains "spam"');
    expect(told({ type: 'contains', value: '"label":"spam"' })).toBe('contains "label":"spam"');
    expect(toldAs(true, [{ type: 'startsWith', value: 'spam' }])).toBe('starts with "spam"');
    expect(toldAs(true, [{ type: 'contains', value: '"label":"spam"' }])).toBe('contains "label":"spam"');
  });
});
