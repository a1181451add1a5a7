import { expect, test } from 'vitest';
import { makePlaces } from '../../src/eval-suite/located-yaml.ts';

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    place: { file: 'tests.jsonl', line: index + 1 },
    row: { vars: { text: `t${index}` }, assert: [{ type: 'contains' }, { type: 'equals', value: [{ a: 1 }] }] },
  }));

test.each([
  ['in their order', (count: number) => Array.from({ length: count }, (_, index) => index)],
  ['backwards', (count: number) => Array.from({ length: count }, (_, index) => count - 1 - index)],
  ['with gaps', (count: number) => [0, 7, 8, 40, count - 1, 3, 3, 90]],
])('all within a row stands where it does, asked for %s', (_, order) => {
  const places = makePlaces();
  const rows = rowsOf(100);
  for (const { row, place } of rows) places.noteDeep(row, place);
  for (const index of order(rows.length)) {
    const { row, place } = rows[index]!;
    expect(places.of(row)).toBe(place);
    expect(places.of(row.assert[1])).toBe(place);
    expect(places.value(row.assert[1]!.value![0], 'a')).toBe(place);
    expect(places.key(row.vars, 'text')).toBe(place);
  }
});

test('what is in no row has no place, and rows have theirs still', () => {
  const places = makePlaces();
  const rows = rowsOf(20);
  for (const { row, place } of rows) places.noteDeep(row, place);
  expect(places.of({})).toBeUndefined();
  expect(places.of('text')).toBeUndefined();
  expect(places.of(rows[15]!.row.assert)).toEqual({ file: 'tests.jsonl', line: 16 });
  const more = { text: 'later' };
  places.noteDeep(more, { file: 'more.jsonl', line: 1 });
  expect(places.of(more)).toEqual({ file: 'more.jsonl', line: 1 });
});

test('what is made of a part of a row stands where the row does', () => {
  const places = makePlaces();
  const [first, second] = rowsOf(2);
  for (const { row, place } of [first!, second!]) places.noteDeep(row, place);
  const copy = { ...second!.row.assert[0] };
  places.copy(second!.row.assert[0]!, copy);
  expect(places.value(copy, 'type')).toBe(second!.place);
});
