// The cases of one run from its record, which anybody may have written.
import { expect, test } from 'vitest';
import { caseBlocks, listCases, type CaseChoice } from '@pawl/core/runs';

const side = (pass: number | null, text: string, more: object = {}) => ({ pass, scores: {}, text, ...more });
const lines = [
  { id: 'a', before: side(1, 'spam'), after: side(0, 'ham') },
  { id: 'b', before: side(0.4, 'ham'), after: side(0.5, 'spam') },
  { id: 'c', before: side(1, 'spam'), after: side(0, 'ham'), quarantined: true },
  { id: 'd', before: null, after: side(0, '', { cut: true }) },
  { id: 'e', column: 'small', before: side(1, 'x'.repeat(50), { cut: true }), after: side(0, '') },
  { id: 'f', before: side(1, 'spam'), after: { pass: null, scores: {}, error: 'nobody answered' } },
]
  .map((line) => JSON.stringify(line))
  .join('\n');
const idsOf = (choice: CaseChoice): readonly string[] => listCases(lines, choice).value.map(({ id }) => id);

test('cases are chosen as the judgement counted them: half right is right, quarantined is not judged', () => {
  expect(idsOf('newly-wrong')).toEqual(['a', 'e']);
  expect(idsOf('newly-right')).toEqual(['b']);
  expect(idsOf('wrong')).toEqual(['a', 'd', 'e']);
  expect(idsOf('all')).toHaveLength(6);
});

test('answers are shown as they are recorded, cut ones with a mark, missing ones in words', () => {
  const blocks = caseBlocks(listCases(lines, 'all').value, 'all');
  expect(blocks[0]).toEqual({ type: 'heading', text: '6 cases in the run' });
  expect(JSON.stringify(blocks)).toContain('"(no answer)"');
  expect(JSON.stringify(blocks)).toContain('(nobody answered)');
  expect(JSON.stringify(blocks)).toContain('e [small]');
  expect(JSON.stringify(blocks)).toContain('wrong: (an empty answer)');
  expect(JSON.stringify(blocks)).toContain(`right: ${'x'.repeat(50)} …`);
  expect(caseBlocks([], 'wrong')).toEqual([{ type: 'heading', text: '0 cases wrong' }]);
});

test('of a run without a baseline nothing is said of a before', () => {
  const alone = JSON.stringify({ id: 'a', before: null, after: side(0, 'ham') });
  expect(caseBlocks(listCases(alone, 'wrong').value, 'wrong')).toEqual([
    { type: 'heading', text: '1 case wrong' },
    { type: 'table', columns: [{ title: '' }, { title: 'answer' }], rows: [['a', 'ham']] },
  ]);
});

test('lines that are none are left out and told', () => {
  const { value, problems } = listCases(`${lines}\n{"id":7}\nnonsense\n{"id":"g","before":null}`, 'all');
  expect(value).toHaveLength(6);
  expect(problems).toMatchObject([{ message: '3 of 9 lines of cases.jsonl cannot be read and are left out.' }]);
});
