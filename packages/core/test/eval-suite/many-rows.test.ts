// Suites of many rows are read without a promise or a table entry for each: what is wrong with a row is told all the same.
import { expect, test } from 'vitest';
import { textDigest } from '../../src/eval-suite/case-ids.ts';
import { readText } from './suite-folder.ts';

const config = 'prompts: ["Say {{text}}"]\nproviders: [echo]\ntests: file://tests.jsonl\n';
const fine = (index: number) => ({ vars: { text: `t${index}` }, assert: [{ type: 'contains', value: 't' }] });
const read = (rows: readonly unknown[]) =>
  readText(config, { files: { 'tests.jsonl': rows.map((row) => `${JSON.stringify(row)}\n`).join('') } });

test('mistakes far down in a file of tests are told with their lines', async () => {
  const rows: unknown[] = Array.from({ length: 500 }, (_, index) => fine(index));
  rows[7] = { ...fine(7), asert: [] };
  rows[250] = { vars: { text: 'x' }, assert: [{ type: 'contains', value: 't' }, { type: 'human' }] };
  rows[251] = { vars: { text: 'x' }, assert: [{ type: 'assert-set', assert: [{ type: 'equals', valu: 1 }] }] };
  rows[499] = { vars: { text: 'x' }, assert: ['no'] };
  rows[3] = { vars: { text: 'x' }, assert: [{ type: 'contains', threshold: 'high' }] };

  const { problems } = await read(rows);

  expect(problems.map(({ code, file, line }) => `${file}:${line} ${code}`)).toEqual([
    'tests.jsonl:4 SUITE_INVALID',
    'tests.jsonl:8 SUITE_UNKNOWN_KEY',
    'tests.jsonl:251 ASSERTION_UNSUPPORTED',
    'tests.jsonl:252 SUITE_UNKNOWN_KEY',
    'tests.jsonl:500 ASSERTION_INVALID',
  ]);
});

test('each case and its assertions stand on the line of its row, blank lines counted', async () => {
  const text = `${JSON.stringify(fine(0))}\n\n  \r\n${JSON.stringify(fine(1))}\r\n${JSON.stringify({
    vars: { text: ['a', 'b'] },
    assert: [{ type: 'equals', value: 'x', weight: 2 }],
  })}`;
  const { value, problems } = await readText(config, { files: { 'tests.jsonl': text } });

  expect(problems).toEqual([]);
  expect(value!.cases.map(({ place }) => place.line)).toEqual([1, 4, 5, 5]);
  expect(value!.cases.map(({ assertions }) => (assertions[0] as { place: unknown }).place)).toEqual([
    { file: 'tests.jsonl', line: 1 },
    { file: 'tests.jsonl', line: 4 },
    { file: 'tests.jsonl', line: 5 },
    { file: 'tests.jsonl', line: 5 },
  ]);
  expect(value!.cases.map(({ vars }) => vars['text'])).toEqual(['t0', 't1', 'a', 'b']);
});

test('assertions in a file of their own stand in that file, and are named for every row that has them', async () => {
  const rows = [fine(0), { vars: { text: 'x' }, assert: 'file://checks.yaml' }];
  const { value } = await readText(config, {
    files: {
      'tests.jsonl': rows.map((row) => JSON.stringify(row)).join('\n'),
      'checks.yaml': '- type: contains\n  value: a\n- type: equals\n  value: b\n',
    },
  });
  expect(value!.cases[1]!.assertions.map((each) => 'place' in each && each.place)).toEqual([
    { file: 'checks.yaml', line: 1, column: 3 },
    { file: 'checks.yaml', line: 3, column: 3 },
  ]);
});

test('names of cases are what they have always been, in ASCII, beyond it, and for long texts', () => {
  expect(textDigest('{"text":"Mail 9999"}')).toBe(slowDigest('{"text":"Mail 9999"}'));
  for (const text of [
    '',
    'ü',
    'a\u{1f600}b',
    '\ud800',
    'x'.repeat(20_000),
    `${'x'.repeat(16_384)}é`,
    `${'é'.repeat(8192)}`,
  ])
    expect(textDigest(text)).toBe(slowDigest(text));
});

/** Two FNV-1a hashes, unit by unit, as its docstring says. */
function slowDigest(text: string): string {
  let [first, second] = [0x811c9dc5, 0x9747b28c];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    first = Math.imul(Math.imul(first ^ (unit & 0xff), 0x01000193) ^ (unit >>> 8), 0x01000193);
    second = Math.imul(second ^ unit, 0x85ebca6b);
    second ^= second >>> 13;
  }
  return [first, second].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}

test('a long file of lines is read whole, whatever stands where it is cut', async () => {
  // Each of two bytes or more: a cut through one of them would show.
  const rows = Array.from({ length: 900 }, (_, index) => fine(index)).map((row, index) => ({
    ...row,
    vars: { text: `${'é'.repeat(index % 300)}€\u{1f600}${index}` },
  }));
  const text = `\ufeff${rows.map((row) => `${JSON.stringify(row)}\n`).join('')}`;
  const { value, problems } = await readText(config, { files: { 'tests.jsonl': text } });

  expect(text.length).toBeGreaterThan(150_000);
  expect(problems).toEqual([]);
  expect(value!.cases.map(({ vars }) => vars['text'])).toEqual(rows.map(({ vars }) => vars.text));
  expect(value!.cases.map(({ place }) => place.line)).toEqual(rows.map((_, index) => index + 1));
});
