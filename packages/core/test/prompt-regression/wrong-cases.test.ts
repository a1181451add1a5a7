import { expect, test } from 'vitest';
import type { CaseResult } from '../../src/prompt-regression/results.ts';
import { wrongCases } from '../../src/prompt-regression/wrong-cases.ts';

const result = (id: string, output: string, reason?: string): CaseResult => ({
  case: { id, vars: {}, assertions: [], metadata: {}, slices: {}, place: { file: '' } },
  after: { pass: 0, score: 0, scores: [], output, repeats: [], ...(reason !== undefined && { reason }) },
  before: undefined,
  unchanged: false,
});
const titleOf = ({ case: { id } }: CaseResult): string => id;

test('a wrong case is shown with its answer and with what was said of it', () => {
  expect(wrongCases([result('a', 'two\nlines', 'Expected "x".'), result('b', '')], { titleOf })).toMatchObject([
    {
      type: 'details',
      summary: '2 cases wrong',
      blocks: [
        {
          rows: [
            ['a', 'two lines', 'Expected "x".'],
            ['b', '(an empty answer)', ''],
          ],
        },
      ],
    },
  ]);
  expect(wrongCases([], { titleOf })).toEqual([]);
});

test('twenty are shown, and the others are counted', () => {
  const many = Array.from({ length: 50 }, (_, index) => result(`${index}`, 'x'.repeat(5000)));
  const [block] = wrongCases(many, { titleOf, kept: 'RUN' });

  expect(block).toMatchObject({
    summary: '50 cases wrong',
    blocks: [{ rows: { length: 20 } }, { text: ['30 more cases: ', { text: 'pawl run show RUN --cases wrong' }] }],
  });
  expect(JSON.stringify(block).length).toBeLessThan(10_000);
});
