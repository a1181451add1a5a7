import fc from 'fast-check';
import type { Problem } from '@pawl/core';
import { expect, test } from 'vitest';
import { bindExpression, parseExpression, type Named } from '@pawl/core/expression';

const numbers = (values: (number | null)[]): Named => ({ type: 'number', at: (row) => values[row] ?? null });
const texts = (values: (string | null)[]): Named => ({ type: 'text', at: (row) => values[row] ?? null });

const names = new Map<string, Named>([
  ['amount', numbers([10, 0, null, -4])],
  ['prediction', numbers([1, 0, 1, 1])],
  ['carrier', texts(['HA', 'DL', null, 'HA'])],
  ['late', { type: 'boolean', at: (row) => [true, false, null, true][row]! }],
  ['my column', numbers([1, 2, 3, 4])],
  ['`my column`', numbers([1, 2, 3, 4])],
]);

interface Evaluated {
  readonly values?: Float64Array;
  readonly faults?: unknown;
  readonly problems: readonly Problem[];
}

function evaluate(source: string, rows = 4): Evaluated {
  const parsed = parseExpression(source);
  if (parsed.value === undefined) return { problems: parsed.problems };
  const bound = bindExpression(parsed.value, names);
  return bound.value === undefined ? { problems: bound.problems } : { ...bound.value(rows), problems: [] };
}
const valuesOf = (source: string, rows = 4): number[] => Array.from(evaluate(source, rows).values ?? []);
const faultOf = (source: string): string => {
  const [problem] = evaluate(source).problems;
  return problem === undefined ? 'none' : `${problem.column}: ${problem.message} ${problem.hint}`;
};

test('arithmetic binds as it does on paper, and functions take its results', () => {
  expect(valuesOf('1 + 2 * 3 - 4 / 2', 1)).toEqual([5]);
  expect(valuesOf('-(2 - 5) * +2', 1)).toEqual([6]);
  expect(valuesOf('10 - 2 - 3', 1)).toEqual([5]);
  expect(valuesOf('.5e1 + 1.', 1)).toEqual([6]);
  expect(valuesOf('min(3, max(1, 2), 5) + abs(-1) + log(exp(2))', 1)).toEqual([5]);
});

test('a row is valued by its own columns', () => {
  expect(valuesOf('if(prediction == 1, 12 * amount - 3, 0)', 2)).toEqual([117, 0]);
  expect(valuesOf("if(carrier == 'HA' and not prediction == 0, 1, 2)", 2)).toEqual([1, 2]);
  expect(valuesOf('if(late, `my column`, -1)', 2)).toEqual([1, -1]);
  expect(valuesOf("if('a''b' == \"a'b\" or false, 1, 0)", 1)).toEqual([1]);
});

test('only the branch that is taken is looked at, so a guarded division is none', () => {
  expect(valuesOf('if(amount == 0, 0, 1 / amount)', 2)).toEqual([0.1, 0]);
});

test('a missing value goes through to the result unless coalesce replaces it', () => {
  expect(evaluate('amount + 1')).toMatchObject({
    values: Float64Array.of(11, 1, Number.NaN, -3),
    faults: { count: 1, row: 2, reason: '"amount" is missing' },
  });
  expect(evaluate('if(late, 1, 0)').faults).toMatchObject({ count: 1, row: 2 });
  expect(valuesOf("coalesce(amount, 0) + if(coalesce(carrier, '') == '', 100, 0)")).toEqual([10, 0, 100, -4]);
  // What one side settles, a missing other side cannot unsettle.
  expect(valuesOf('if(amount > 0 or true, 1, 0)')).toEqual([1, 1, 1, 1]);
  expect(valuesOf('if(false and amount > 0, 1, 0)')).toEqual([0, 0, 0, 0]);
});

test.each([
  ['1 / amount', 1, 'a division by zero'],
  ['0 / (amount * 0)', 0, 'a division by zero'],
  ['log(amount)', 1, 'the logarithm of a number that is not above zero'],
  ['exp(amount * 1000)', 0, 'a number too large'],
  ['coalesce(1 / amount, 0)', 1, 'a division by zero'],
  ['if(1 / amount > 0 or true, 1, 0)', 1, 'a division by zero'],
  ['min(1e308 * amount, 1)', 0, 'a number too large'],
])('%s names row %i: %s', (source, row, reason) => {
  expect(evaluate(source).faults).toMatchObject({ row, reason });
});

test.each([
  ['', '1: The expression is empty. Write one, as if(prediction == 1, amount, 0).'],
  ['1 +', '4: The expression ends where a value must stand. Add a value.'],
  ['(1 + 2', '7: A ( is never closed. Add a ) here.'],
  ['1 + 2)', '6: This ) closes nothing. Take it away, or open a ( before it.'],
  ['amuont * 2', '1: There is no column "amuont". Did you mean "amount"?'],
  ['1 + miin(1, 2)', '5: There is no function "miin". Did you mean "min"?'],
  ['if(amount > 0, 1)', '1: if takes 3 values; here are 2. Write if(condition, then, else).'],
  ['amount = 1', '8: "=" cannot stand here. Write == to compare.'],
  ['if(amount = 1, 1, 0)', '11: "=" cannot stand here. Write == to compare.'],
  ['1 < amount < 3', '12: Comparisons cannot be chained. Write 1 < x and x < 3.'],
  ['amount ^ 2', '8: "^" cannot stand here. There are no powers: multiply, or write exp(2 * log(x)).'],
  [
    '12abc + 1',
    '1: "12abc" is neither a number nor a name. Write 1000 or 1e3; a column whose name begins with a digit stands in backticks.',
  ],
  ['1 + "a', '5: The " is never closed. Add a " at the end of the text.'],
  ['carrier + 1', '1: A number must stand here, not a text. A condition becomes a number by if(…, 1, 0).'],
  ['if(amount, 1, 0)', '4: A condition must stand here, not a number. Compare it, as x == 1.'],
  ['amount > 1', '1: The expression is a condition, not a number. Write if(…, 1, 0).'],
  ['if(carrier == 1, 1, 0)', '4: A text is compared with a number. Texts stand in quotes, numbers do not.'],
  ["if(late, 1, 'a')", '13: if gives a number or a text. Give values of one type.'],
  ['amount # 2', '8: "#" cannot stand here. Put texts in quotes, and columns with unusual names in backticks.'],
])('%s is refused with its place and what to write', (source, told) => {
  expect(faultOf(source)).toBe(told);
});

test('every unknown name of an expression is told, not the first alone', () => {
  expect(evaluate('amuont + carier').problems.map(({ column }) => column)).toEqual([1, 10]);
});

test('whatever is written, an expression is read or refused, and never runs away', () => {
  const words = [
    'amount',
    'if',
    '(',
    ')',
    ',',
    '+',
    '-',
    '*',
    '/',
    '<',
    '==',
    'and',
    'not',
    '1',
    '"a"',
    '`b`',
    '@',
    ' ',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (parts) => {
      const { problems, values } = { values: undefined, ...evaluate(parts.join(' ')) };
      expect((values === undefined) === problems.length > 0).toBe(true);
    }),
  );
  expect(faultOf('('.repeat(200))).toContain('nested too deeply');
  expect(faultOf('-'.repeat(200))).toContain('nested too deeply');
  expect(faultOf('1+'.repeat(3000))).toContain('characters');
  expect(valuesOf(`${'1+'.repeat(499)}1`, 1)).toEqual([500]);
  expect(faultOf(`${'1+'.repeat(500)}1`)).toContain('too long');
});
