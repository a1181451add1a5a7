import { expect, test } from 'vitest';
import { displayWidth, renderHtml, renderTerminal, sparkline, tableLines, wrapText } from '@pawl/core/report';
import { makeReport } from '@pawl/core/testing';

const wide = makeReport({
  verdict: 'fail',
  headline: 'a headline that is long enough to be wrapped on a narrow window, and then some',
  blocks: [
    {
      type: 'table',
      columns: [{ title: 'name' }, { title: 'what it says' }, { title: 'verdict' }],
      rows: [
        ['漢字の列', 'words '.repeat(30), { verdict: 'fail' }],
        ['x'.repeat(90), 'y', { verdict: 'pass' }],
      ],
    },
    { type: 'change', title: 'case', before: 'b '.repeat(100), after: 'a' },
    { type: 'code', text: 'z'.repeat(300) },
  ],
});

test.each([40, 60, 100])('no line is wider than a window of %i columns', (width) => {
  const lines = renderTerminal(wide, { width }).split('\n');
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
});

test('colours change no word, and are not there unless asked for', () => {
  const plain = renderTerminal(wide, { width: 80 });
  const coloured = renderTerminal(wide, { width: 80, colour: true });
  // eslint-disable-next-line no-control-regex
  expect(coloured.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain);
  expect(coloured).toContain('\u001B[31mfail\u001B[39m');
  expect(plain).not.toContain('\u001B');
});

test('a table gives its width to those columns that need it', () => {
  expect(
    tableLines(
      [
        { title: 'a', align: 'left' },
        { title: 'n', align: 'right' },
      ],
      [
        ['one two three', '1'],
        ['x', '22'],
      ],
      12,
    ),
  ).toEqual(
    ['a          n', 'one two', 'three      1'.replace('three      1', 'three'), 'x         22'].map((line, index) =>
      index === 1 ? 'one two    1' : line,
    ),
  );
});

test('wrapping keeps every word and breaks one that is too wide', () => {
  expect(wrapText('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrapText('abcdefghijkl', 8)).toEqual(['abcdefgh', 'ijkl']);
});

test('a sparkline rises with its values', () => {
  expect(sparkline([0, 0.25, 0.5, 1])).toBe('▁▂▄█');
  expect(sparkline([Number.NaN, 0])).toBe('··');
});

test('the HTML page allows no script and no request, and holds hostile text as text', () => {
  const evil = '</title></style><script>alert(1)</script>';
  const html = renderHtml([makeReport({ name: evil, headline: evil, footer: { reproduce: evil } })], {
    runUrl: 'javascript:x',
  });
  expect(html).toContain(
    `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
  );
  expect(html).not.toContain('<script');
  expect(html.match(/<\/title>/g)).toHaveLength(1);
  expect(html).not.toContain('href="javascript');
});
