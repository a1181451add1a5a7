// The real huggingface_hub reads our cards, and we read its: same values, same evaluation results, same body.
// Needs a Python with hf-requirements.txt: PAWL_INTEROP_PYTHON_HF=/path/to/python.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCard, readModelIndex, updateCard, type EvalResult } from '@pawl/core/model-card';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeRun } from './make-run.ts';

const python = process.env['PAWL_INTEROP_PYTHON_HF'];
if (python === undefined)
  console.warn('huggingface_hub interop is skipped: PAWL_INTEROP_PYTHON_HF names no Python with huggingface_hub.');

interface Answer {
  readonly error?: string;
  readonly text?: string;
  readonly name?: string | null;
  readonly body?: string;
  readonly results?: readonly Readonly<Record<string, unknown>>[];
  readonly data?: Readonly<Record<string, unknown>>;
}

function ask(requests: readonly unknown[]): readonly Answer[] {
  const script = fileURLToPath(new URL('hf-peer.py', import.meta.url));
  const input = JSON.stringify(requests);
  const env = { PATH: process.env['PATH'] ?? '', PYTHONIOENCODING: 'utf-8', HF_HUB_OFFLINE: '1' };
  const out = execFileSync(python ?? '', [script], { input, env, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  return JSON.parse(out) as readonly Answer[];
}

/** Its names for the members of a result. */
const theirNames: Readonly<Record<string, string>> = {
  taskType: 'task_type',
  taskName: 'task_name',
  datasetType: 'dataset_type',
  datasetName: 'dataset_name',
  datasetConfig: 'dataset_config',
  datasetSplit: 'dataset_split',
  datasetRevision: 'dataset_revision',
  datasetArgs: 'dataset_args',
  metricType: 'metric_type',
  metricValue: 'metric_value',
  metricName: 'metric_name',
  metricConfig: 'metric_config',
  metricArgs: 'metric_args',
  verified: 'verified',
  verifyToken: 'verify_token',
  sourceName: 'source_name',
  sourceUrl: 'source_url',
};

const inTheirNames = (result: EvalResult): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(result).flatMap(([key, value]) => (key === 'at' ? [] : [[theirNames[key] ?? key, finite(value)]])),
  );

/** JSON has no NaN. */
function finite(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    return { '#': Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' };
  if (Array.isArray(value)) return value.map(finite);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, finite(member)]));
}

/** What we make of a card, in the shape of its answer. */
function byUs(text: string): Answer {
  const { value: card, problems } = readCard({ text, file: 'README.md' });
  if (card === undefined) return { error: problems[0]?.code ?? '' };
  const index = readModelIndex(card);
  if (index.problems.length > 0) return { error: index.problems[0]?.code ?? '' };
  const data = Object.entries(card.data).filter(([key, value]) => key !== 'model-index' && value !== null);
  return {
    name: index.value?.name ?? null,
    body: card.body,
    results: index.value?.results.map(inTheirNames) ?? [],
    data: finite(Object.fromEntries(data)) as Readonly<Record<string, unknown>>,
  };
}

const result = (metrics: string, dataset = '{ type: d, name: D }') => `model-index:
- name: m
  results:
  - task: { type: t }
    dataset: ${dataset}
    metrics:
${metrics}`;

/** Front matter as people write it, and as they should not. */
const odd: readonly string[] = [
  'license: mit',
  'license: no\nlanguage: [no, en, on]',
  'tags: [a, a, b]\ndatasets: d',
  'created: 2024-01-01\nupdated: "2024-01-01"',
  'a: 1e-3\nb: 1.0e-3\nc: 1_000\nd: 010\ne: 0o10\nf: 0x1F\ng: 12:30\nh: .5\ni: 1.\nj: +1\nk: 1e5',
  'a: ~\nb:\nc: null\nd: ""',
  'a: y\nb: Y\nc: Yes\nd: OFF\ne: true\nf: "true"',
  'a: .inf\nb: -.INF\nc: .nan',
  'text: |\n  two\n  lines\nfolded: >-\n  one\n  line',
  'base: &base { x: 1 }\nmore: { <<: *base, y: 2 }',
  'unicode: "żółć 🦜"\nplain: żółć',
  result('    - { type: f1, value: 0.5 }'),
  result('    - { type: f1, value: 20.0 ± 1.2 }\n    - { type: f1, value: 1e-3 }'),
  result('    - { type: f1, value: 0.5, name: F, args: { k: 1 }, verified: true, verifyToken: abc, config: c }'),
  result('    - { type: 1, value: [1, 2] }', '{ type: 2, name: yes }')
    .replace('type: 1,', 'type: acc,')
    .replace('name: yes', 'name: "yes"')
    .replace('type: 2', 'type: "2"'),
  result('    - { type: f1, value: null }'),
  result(
    '    - { type: f1, value: 1 }',
    '{ type: d, name: D, split: test, config: fr, revision: 5503434, args: {a: b} }',
  ),
  `${result('    - { type: f1, value: 1 }')}\n    source: { name: S, url: "https://example.com" }`,
  `${result('    - { type: f1, value: 1 }')}\n- name: second\n  results:\n  - task: {type: u, name: U}\n    dataset: {type: e, name: E}\n    metrics: []`,
  'model-index:\n- name: m\n  results: []',
  'model-index:\n- results: []',
  'model-index:\n- name: m\n  results:\n  - task: {type: t}\n    metrics: []',
  result('    - { type: f1 }'),
  '- a\n- b',
  'a: [1',
  'x: 1\nx: 2',
  '# only a comment',
];

const bodies = ['# Card\n', '', '\n\nText with --- dashes\n---\nmore\n', '# CRLF\r\n\r\ntext\r\n'];
const oddCards = [
  ...odd.map((yaml, index) => `---\n${yaml}\n---\n${bodies[index % bodies.length] ?? ''}`),
  'no front matter',
  '',
  '---\nlicense: mit\n---',
  '---\r\nlicense: mit\r\n---\r\nbody\r\n',
  '\n  ---\nlicense: mit\n--- \nbody',
];

const words = fc.oneof(
  fc.constantFrom(
    'no',
    'on',
    '2024-01-01',
    '1e5',
    '0.10',
    '12:30',
    '0x1F',
    '~',
    'null',
    'a: b',
    '# c',
    "it's",
    '5503434',
    'é🦜',
    '1_0',
    '- x',
    '=',
    '<<',
  ),
  fc.string({ minLength: 1, maxLength: 8 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, 'x')),
);
const metricValue = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
  fc.constantFrom(1e-7, 0, 1, 100, 1e16, -2.5e-9),
  words,
);
const evalResult = fc.record(
  {
    task_type: words,
    dataset_type: words,
    dataset_name: words,
    metric_type: words,
    metric_value: metricValue,
    task_name: words,
    dataset_split: words,
    dataset_revision: words,
    dataset_args: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), words, { minKeys: 1, maxKeys: 2 }),
    metric_name: words,
    verified: fc.boolean(),
  },
  { requiredKeys: ['task_type', 'dataset_type', 'dataset_name', 'metric_type', 'metric_value'] },
);

const playground = (name: string): string =>
  readFileSync(new URL(`../../../../fixtures/playground/models/${name}`, import.meta.url), 'utf8');
const realCards = ['flight-delay/card.good.md', 'flight-delay/card.production.md', 'mail-triage/card.md'].map(
  playground,
);

describe.skipIf(python === undefined)('with the real huggingface_hub', () => {
  test('cards as people write them mean the same there and here, or are refused by both', () => {
    const cards = [...oddCards, ...realCards];
    expect(cards.length).toBeGreaterThanOrEqual(30);
    const theirs = ask(cards.map((text) => ({ read: text })));
    for (const [index, text] of cards.entries()) {
      const ours = byUs(text);
      expect(ours.error === undefined, `${text}\n${JSON.stringify(theirs[index])} ${ours.error}`).toBe(
        theirs[index]?.error === undefined,
      );
      if (ours.error === undefined) expect(withoutRepeats(ours), text).toEqual(theirs[index]);
    }
  });

  test('cards that it writes have the same results and values here', () => {
    const made = fc.sample(
      fc.record({
        name: words,
        results: fc.array(evalResult, { minLength: 1, maxLength: 4 }),
        data: fc.dictionary(fc.constantFrom('license', 'library_name', 'pipeline_tag', 'custom'), words),
        body: fc.constantFrom(...bodies),
      }),
      { numRuns: 60, seed: 11 },
    );
    const cards = ask(made.map((write) => ({ write }))).map(({ text, error }) => {
      expect(error).toBeUndefined();
      return text ?? '';
    });
    const theirs = ask(cards.map((read) => ({ read })));
    for (const [index, text] of cards.entries()) {
      expect(withoutRepeats(byUs(text)), text).toEqual(theirs[index]);
      // As its own reading gives back what it was given, so must ours.
      const given = made[index]?.results.map(({ metric_value }) => metric_value) ?? [];
      const read = byUs(text).results?.map(({ metric_value }) => metric_value) ?? [];
      expect(sorted(read), text).toEqual(sorted(given));
    }
  });

  test('cards that we fill are read there with the numbers we wrote, and a save there loses none of ours', () => {
    const runs = [
      makeRun(),
      makeRun({
        metrics: { ece: { value: 1.5e-7 }, 'log-loss': { value: 12_345.678 }, f1: { value: 0 }, recall: { value: 1 } },
      }),
      makeRun({
        origin: { commit: '1234567'.repeat(5) + '12345' },
        inputs: [{ role: 'data', path: 'data/2024-01-01.csv', digest: `sha256:${'0'.repeat(64)}` }],
        baseline: { source: 'ref', name: 'no' },
      }),
      makeRun({ inputs: [] }),
    ];
    // A save there loses a metric whose value is null, and then refuses its own card.
    const start = [...oddCards, '---\n---\nempty: body there, front matter here\n', ...realCards].filter(
      (text) => byUs(text).error === undefined && !text.includes('value: null'),
    );
    const filled = start.flatMap((text, index) => {
      const card = readCard({ text, file: 'README.md' }).value;
      const run = runs[index % runs.length];
      if (card === undefined || run === undefined) return [];
      const { value, problems } = updateCard(card, { name: 'flight', runs: [run] });
      expect(problems, text).toEqual([]);
      return value === undefined ? [] : [{ before: text, after: value }];
    });
    expect(filled.length).toBeGreaterThanOrEqual(25);
    const read = ask(filled.map(({ after }) => ({ read: after })));
    const saved = ask(filled.map(({ after }) => ({ save: after })));
    const reread = ask(saved.map(({ text = '' }) => ({ read: text })));
    for (const [index, { before, after }] of filled.entries()) {
      expect(withoutRepeats(byUs(after)), after).toEqual(read[index]);
      expect(read[index]?.results?.length ?? 0, after).toBeGreaterThan(0);
      const { pawl: _, ...kept } = read[index]?.data ?? {};
      expect(kept, before).toEqual(withoutRepeats(byUs(before)).data);
      expect(reread[index]?.data, after).toEqual(read[index]?.data);
    }
  });
});

/** Its reader takes repeated tags out; we leave a file as it is. */
function withoutRepeats(answer: Answer): Answer {
  const tags = answer.data?.['tags'];
  return Array.isArray(tags) ? { ...answer, data: { ...answer.data, tags: [...new Set(tags)] } } : answer;
}

const sorted = (values: readonly unknown[]): readonly string[] =>
  values.map((value) => JSON.stringify(value)).toSorted();
