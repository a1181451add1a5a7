// Each distinct request once: what is found by a hash and told apart by comparing.
import { expect, test } from 'vitest';
import type { EvalCase } from '../../src/formats/eval-suite.ts';
import { CaseVars } from '../../src/prompt-regression/case-vars.ts';
import { sideOf } from '../../src/prompt-regression/columns.ts';
import { notPlanned, planRequests } from '../../src/prompt-regression/requests.ts';

const place = { file: 'a.yaml' };
const item = (text: string, more: Partial<EvalCase> = {}): EvalCase => ({
  id: text,
  vars: { text, unused: Math.E },
  assertions: [],
  metadata: {},
  slices: {},
  place,
  ...more,
});
const columnsOf = (temperatures: readonly number[]) =>
  sideOf({
    dialect: 'promptfoo',
    prompts: [{ label: 'p', language: 'jinja', body: { kind: 'text', text: 'Say {{text}}' }, parameters: {}, place }],
    providers: temperatures.map((temperature, index) => ({
      id: 'm',
      label: `m${index}`,
      kind: 'openai' as const,
      model: 'm',
      config: { temperature },
      place,
    })),
  }).columns;
const plan = (cases: readonly EvalCase[], temperatures: readonly number[] = [0]) =>
  planRequests({
    columns: columnsOf(temperatures),
    cases,
    isChained: () => false,
    vars: new CaseVars(true, {
      run: async ({ variables }) => ({
        value: { text: `later ${String((variables['vars'] as EvalCase['vars'])['text'])}` },
      }),
      matches: async () => ({ found: false }),
      close: async () => {},
    }),
  });

test('equal texts are one request, and who waits for it is known in order', async () => {
  const many = Array.from({ length: 300 }, (_, index) => item(`t${index % 7}`));
  const made = await plan(many);

  expect(made.count).toBe(7);
  expect([...(made.places[0] as Int32Array)].slice(0, 9)).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1]);
  expect(made.first(3)).toEqual({ column: 0, item: 3 });
  expect(made.waiting(6).map((each) => each.item)).toEqual(Array.from({ length: 42 }, (_, index) => 6 + index * 7));
});

test('texts that differ anywhere are different requests, however long and in whatever script', async () => {
  const long = 'é'.repeat(9000);
  const texts = [
    long,
    `${long}a`,
    `a${long}`,
    `${long.slice(0, 8999)}e`,
    'a',
    'a\0',
    'a\0\0\0\0',
    '\u{1f600}',
    '\ud83d',
  ];
  const made = await plan([...texts, ...texts].map((text) => item(text)));

  expect(made.count).toBe(texts.length);
  expect([...(made.places[0] as Int32Array)]).toEqual([...texts.keys(), ...texts.keys()]);
});

test('equal texts with other settings meet in the table and are told apart, also where variables come later', async () => {
  const cases = ['a', 'b', 'a'].flatMap((text) => [item(text), item(text, { transformVars: 'x' })]);
  const made = await plan(cases, [0, 1, 0]);

  expect(made.places.map((each) => [...each])).toEqual([
    [0, 1, 2, 3, 0, 1],
    [4, 5, 6, 7, 4, 5],
    [0, 1, 2, 3, 0, 1],
  ]);
  expect(made.waiting(1)).toEqual([
    { column: 0, item: 1 },
    { column: 0, item: 5 },
    { column: 2, item: 1 },
    { column: 2, item: 5 },
  ]);
});

test('an answer that the suite gives is no request', async () => {
  const made = await plan([item('a'), item('a', { output: 'given' })]);
  expect([...(made.places[0] as Int32Array)]).toEqual([0, notPlanned]);
});
