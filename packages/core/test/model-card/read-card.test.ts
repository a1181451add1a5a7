import { editCard, readCard, readModelIndex, writeCard, type Change, type ModelCard } from '@pawl/core/model-card';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const file = 'models/flight/README.md';

function card(text: string): ModelCard {
  const { value, problems } = readCard({ text, file });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
}

describe('front matter', () => {
  test.each([
    ['---\nlicense: mit\n---\n\n# Flight\n', { license: 'mit' }, '\n# Flight\n', 4],
    ['---\r\nlicense: mit\r\n---\r\n# Flight\r\n', { license: 'mit' }, '# Flight\r\n', 4],
    ['\uFEFF---\nlicense: mit\n---\nx', { license: 'mit' }, 'x', 4],
    ['\n\n---\nlicense: mit\n---   \nx', { license: 'mit' }, 'x', 6],
    ['---\nlicense: mit\n---', { license: 'mit' }, '', 3],
    ['---\n---\nx', {}, 'x', 3],
    ['---\n\n---\nx', {}, 'x', 4],
    ['# No front matter\n---\nx: y\n---\n', {}, '# No front matter\n---\nx: y\n---\n', 1],
    ['', {}, '', 1],
  ])('of %j is cut as Hugging Face cuts it, and written back byte for byte', (text, data, body, bodyLine) => {
    const read = card(text);
    expect({ data: read.data, body: read.body, bodyLine: read.bodyLine }).toEqual({ data, body, bodyLine });
    expect(writeCard(read)).toBe(text);
  });

  test.each([
    ['1e-3', '1e-3'],
    ['1.0e-3', 0.001],
    ['no', false],
    ['On', true],
    ['y', 'y'],
    ["'no'", 'no'],
    ['2024-01-01', '2024-01-01'],
    ['1_000', 1000],
    ['010', 8],
    ['0o10', '0o10'],
    ['0x1F', 31],
    ['-0b11', -3],
    ['12:30', 750],
    ['1:30.5', 90.5],
    ['.5', 0.5],
    ['-.inf', Number.NEGATIVE_INFINITY],
    ['~', null],
    ['', null],
    ['!!str 12', '12'],
  ])('%j means what PyYAML takes it for', (written, value) => {
    expect(card(`---\nkey: ${written}\n---\n`).data['key']).toEqual(value);
  });

  test('is told at its own line when it is no YAML, and when it is no map', () => {
    expect(readCard({ text: '\n---\nlicense: mit\ntags: [a\n---\n', file }).problems).toMatchObject([
      { code: 'CARD_NOT_YAML', file, line: 4, severity: 'error' },
    ]);
    expect(readCard({ text: '---\n- a\n---\n', file }).problems).toMatchObject([{ code: 'CARD_NOT_YAML', line: 2 }]);
    expect(readCard({ text: '---\na: 1\na: 2\n---\n', file })).toMatchObject({
      value: { data: { a: 2 } },
      problems: [{ code: 'CARD_KEY_TWICE', severity: 'warning', line: 3, column: 1 }],
    });
  });

  test('with aliases that multiply without end is a problem, and no crash', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [next, last] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf'])
      bomb.push(`${next}: &${next} [${Array.from({ length: 10 }, () => `*${last}`).join(', ')}]`);
    expect(readCard({ text: `---\n${bomb.join('\n')}\n---\n`, file }).problems).toHaveLength(1);
  });
});

describe('an edit', () => {
  const text = `---
# About the licence
license: mit   # plain

tags: ['a',  "b"]  # odd spacing
other:
    deep:   {x: 1,y: 2}
# about the last one
pawl: {runs: []} # ours
# the end
---
# Body \r
with   trailing spaces   \n`;

  test('changes the lines of its key alone', () => {
    const edited = editCard(
      card(text),
      new Map([['pawl', (document) => document.setIn(['pawl', 'runs'], document.createNode(['one']))]]),
    );
    expect(edited.problems).toEqual([]);
    expect(edited.value).toBe(text.replace('pawl: {runs: []} # ours', 'pawl: {runs: [one]} # ours'));
  });

  test('that makes no difference leaves every byte', () => {
    const edited = editCard(card(text), new Map([['license', (document) => document.set('license', 'mit')]]));
    expect(edited.value).toBe(text);
  });

  test('adds a key at the end, also to a card without front matter, with its line breaks', () => {
    const set = new Map<string, Change>([['base_model', (document) => document.set('base_model', 'no')]]);
    expect(editCard(card('---\nlicense: mit\n---\nx'), set).value).toBe('---\nlicense: mit\nbase_model: "no"\n---\nx');
    expect(editCard(card('---\n---\nx'), set).value).toBe('---\nbase_model: "no"\n---\nx');
    expect(editCard(card('# X\r\n'), set).value).toBe('---\r\nbase_model: "no"\r\n---\r\n\r\n# X\r\n');
    expect(editCard(card(''), set).value).toBe('---\nbase_model: "no"\n---\n');
  });

  test('is refused when its key refers to an anchor elsewhere', () => {
    const tangled = card('---\na: &a [1]\npawl: *a\n---\n');
    expect(editCard(tangled, new Map([['pawl', () => {}]])).problems).toMatchObject([
      { code: 'CARD_TANGLED', line: 3 },
    ]);
  });

  test('of any front matter keeps all other values and the body', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('no', '2024-01-01', '1e5', '12:30', '', ' x', '#', 'a: b', '0.10', '~', '---', '\n', '- x'),
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.boolean(),
      fc.constant(null),
    );
    const nested = fc.oneof(
      value,
      fc.array(value, { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), value, { maxKeys: 3 }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z_-]{1,8}$/), nested, { maxKeys: 5 }),
        fc.string(),
        nested,
        (values, body, added) => {
          const set = (key: string, to: unknown) =>
            new Map<string, Change>([[key, (document) => document.set(key, document.createNode(to))]]);
          let text = `---\nlicense: mit\n---\n${body}`;
          for (const [key, to] of Object.entries({ ...values, zz: added })) {
            const edited = editCard(card(text), set(key, to));
            expect(edited.problems).toEqual([]);
            text = edited.value ?? '';
          }
          const read = card(text);
          expect(read.data).toEqual({ license: 'mit', ...values, zz: added });
          expect(read.body).toBe(body);
        },
      ),
      { seed: 3, numRuns: 150 },
    );
  });
});

describe('model-index', () => {
  const index = (yaml: string) => readModelIndex(card(`---\nmodel-index:\n${yaml}\n---\n`));

  test('is flattened as huggingface_hub does it', () => {
    const read = index(`- name: flight
  results:
  - task: { type: tabular-classification, name: Late }
    dataset: { type: flights, name: Flights, config: null, split: test, revision: 5503434, args: { lang: fr } }
    metrics:
    - { type: accuracy, value: 0.5973, name: Accuracy, verified: true, verifyToken: abc }
    - { type: f1, value: 20.0 ± 1.2 }
    source: { name: Board, url: https://example.com }`);
    const shared = {
      taskType: 'tabular-classification',
      taskName: 'Late',
      datasetType: 'flights',
      datasetName: 'Flights',
      datasetSplit: 'test',
      datasetRevision: 5_503_434,
      datasetArgs: { lang: 'fr' },
      sourceName: 'Board',
      sourceUrl: 'https://example.com',
    };
    expect(read).toEqual({
      value: {
        name: 'flight',
        results: [
          {
            ...shared,
            metricType: 'accuracy',
            metricValue: 0.5973,
            metricName: 'Accuracy',
            verified: true,
            verifyToken: 'abc',
            at: [0, 0, 0],
          },
          { ...shared, metricType: 'f1', metricValue: '20.0 ± 1.2', at: [0, 0, 1] },
        ],
      },
      problems: [],
    });
  });

  test.each([
    ['  name: x', '`model-index` is no list.', 3],
    ['- name: x', 'needs `name` and a list of `results`', 3],
    ['- name: x\n  results:\n  - metrics: []', 'A result has no task and no dataset.', 5],
    [
      '- name: x\n  results:\n  - task: {type: t}\n    dataset: {type: d}\n    metrics: []',
      "A result's dataset has no name.",
      6,
    ],
    [
      '- name: x\n  results:\n  - task: {type: t}\n    dataset: {type: d, name: D}\n    metrics:\n    - type: f1',
      'A metric needs `type` and `value`.',
      8,
    ],
  ])('%j is a problem at its line', (yaml, message, line) => {
    expect(index(yaml).problems).toMatchObject([
      { code: 'CARD_MODEL_INDEX', message: expect.stringContaining(message), file, line },
    ]);
  });
});
