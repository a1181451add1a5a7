import { expect, test } from 'vitest';
import { parseCsv } from '../../src/eval-suite/csv.ts';

const cellsOf = (text: string) => parseCsv(text).rows.map(({ cells }) => cells);

test.each([
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\n1,\n',
    [
      ['a', 'b'],
      ['1', ''],
    ],
  ],
  [
    'a,b\n1,',
    [
      ['a', 'b'],
      ['1', ''],
    ],
  ],
  [
    'a,b\n,',
    [
      ['a', 'b'],
      ['', ''],
    ],
  ],
  ['a\n\n\nb', [['a'], ['b']]],
  ['"a,b","c""d","e\nf"\n', [['a,b', 'c"d', 'e\nf']]],
  ['"a\r\nb",c\r\n', [['a\r\nb', 'c']]],
  ['\uFEFFa\n', [['a']]],
  ['a "b" c,"d" e\n', [['a "b" c', 'd e']]],
  ['""\n"",""\n', [['', '']]],
  ['', []],
  ['"', []],
])('%j is a table', (text, cells) => {
  expect(cellsOf(text)).toEqual(cells);
});

test('rows know the line they start on, over cells of several lines', () => {
  expect(parseCsv('a,b\n"1\n2\n3",4\n\n5,6\n').rows.map(({ line }) => line)).toEqual([1, 2, 6]);
});

test('a quote that never ends is told with the line it opens on', () => {
  expect(parseCsv('a,b\n1,"2\n3,4\n')).toMatchObject({ unclosed: 2, rows: [{ cells: ['a', 'b'] }] });
});
