import type { Run } from '@pawl/core';
import { lineDiff, readCard, readModelIndex, updateCard, type ModelCard } from '@pawl/core/model-card';
import { describe, expect, test } from 'vitest';
import { data, makeRun, subject } from './make-run.ts';

const file = 'models/flight/README.md';

function card(text: string): ModelCard {
  const { value, problems } = readCard({ text, file });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
}

function update(text: string, runs: readonly Run[] = [makeRun()], training?: Run): string {
  const given = { name: 'flight', runs, ...(training !== undefined && { training }) };
  const { value, problems } = updateCard(card(text), given);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  expect(updateCard(card(value), given).value, 'a second update changes nothing').toBe(value);
  return value;
}

const metricsOf = (text: string) =>
  Object.fromEntries(
    (readModelIndex(card(text)).value?.results ?? []).map(({ metricType, metricValue }) => [metricType, metricValue]),
  );

const written = `---
license: cc0-1.0 # of the data
model-index:
- name: flight
  results:
  # on the months nobody trained on
  - task:
      type: tabular-classification
    dataset:
      type: flights
      name: 'Flights, May'
      note: kept
    metrics:
    - type: roc_auc
      value: 0.6750 # four places
    - type: accuracy
      value: 61.2
    - type: f1
      value: 0.3
      verified: true
library_name: onnx
---
# Flight
`;

describe('a card is filled', () => {
  test('in its own manner, and no further than what was measured', () => {
    const after = update(written, [makeRun({ metrics: { ...makeRun().metrics, f1: { value: 0.5 } } })]);
    expect(
      lineDiff(written, after)
        .filter((line) => /^[-+]/.test(line))
        .join('\n'),
    ).toBe(`-      value: 61.2
+      value: 59.7
+    - type: f1
+      value: 0.5000
+pawl:
+  runs:
+    - id: 01KA7M2S9QXQ0000000000000A
+      kind: eval-gate
+      verdict: pass
+      date: "2026-01-02"
+      commit: c0ffee0000000000000000000000000000000000
+      subject: ${subject}
+      baseline: flight@v1.0.0
+      data:
+        - path: data/test.parquet
+          digest: ${data.digest}
+      metrics:
+        roc_auc:
+          n: 19822
+          baseline: 0.638
+          difference: 0.036981
+          interval: [ 0.029, 0.046 ]
+          level: 0.95
+        accuracy:
+          n: 19822`);
  });

  test('from nothing: Hugging Face needs a task and a dataset', () => {
    const after = update('# Flight\n');
    expect(readModelIndex(card(after)).value).toMatchObject({
      name: 'flight',
      results: [
        {
          taskType: 'tabular-classification',
          datasetType: 'test',
          datasetName: 'test',
          datasetArgs: { path: 'data/test.parquet' },
          metricType: 'roc_auc',
          metricValue: 0.675,
        },
        { metricType: 'accuracy', metricValue: 0.5973 },
      ],
    });
    expect(after).toContain('value: 0.6750\n');
    expect(after.endsWith('---\n\n# Flight\n')).toBe(true);
  });

  test('beside the results of somebody else, which stay as they are', () => {
    const foreign = `---
model-index:
  - name: flight
    results:
      - task: { type: t }
        dataset: { type: glue, name: GLUE }
        metrics:
          - { type: bleu, value: 30.1 }
---
`;
    const after = update(foreign);
    expect(after).toContain('{ type: bleu, value: 30.1 }');
    expect(metricsOf(after)).toEqual({ bleu: 30.1, roc_auc: 0.675, accuracy: 0.5973 });
    expect(readModelIndex(card(after)).value?.results.map(({ datasetType }) => datasetType)).toEqual([
      'glue',
      'test',
      'test',
    ]);
  });

  test('again by a later run: only what it measured otherwise changes', () => {
    const first = update(written);
    const [roc, accuracy] = [
      { value: 0.7012, n: 20_000 },
      { value: 0.597_29, n: 19_822 },
    ];
    const second = update(first, [
      makeRun({ id: '01KB7M2S9QXQ0000000000000B', metrics: { 'roc-auc': roc, accuracy } }),
    ]);
    const changed = lineDiff(first, second).filter((line) => /^[-+] +value/.test(line));
    expect(changed).toEqual(['-      value: 0.6750 # four places', '+      value: 0.7012 # four places']);
  });

  test('and is not stale when the gate was asked again and found the same', () => {
    const first = update(written);
    expect(update(first, [makeRun({ id: '01KB7M2S9QXQ0000000000000B', startedAt: '2026-03-01T00:00:00Z' })])).toBe(
      first,
    );
    expect(update(first, [makeRun({ subject: { name: 'flight', digest: `sha256:${'9'.repeat(64)}` } })])).not.toBe(
      first,
    );
  });

  test('with its lineage: the training run, its data, and the base model where none is named', () => {
    const training = makeRun({
      id: '01KA7M2S9QXQ0000000000000T',
      kind: 'training',
      params: { base_model: 'google/gemma-3-270m', epochs: 3 },
      inputs: [{ role: 'data', path: 'data/train.parquet', digest: `sha256:${'3'.repeat(64)}` }],
    });
    const after = card(update('---\nlicense: mit\n---\n', [makeRun()], training));
    expect(after.data).toMatchObject({
      base_model: 'google/gemma-3-270m',
      pawl: {
        training: {
          run: '01KA7M2S9QXQ0000000000000T',
          'base-model': 'google/gemma-3-270m',
          data: [{ path: 'data/train.parquet' }],
        },
      },
    });
    expect(card(update('---\nbase_model: mine\n---\n', [makeRun()], training)).data['base_model']).toBe('mine');
  });

  test("without a prompt's cost and latency, and without its counts of cases", () => {
    const prompt = makeRun({
      kind: 'prompt-regression',
      metrics: {
        accuracy: { value: 0.565, n: 400 },
        cost: { value: 0.03, unit: 'USD' },
        'newly-wrong': { value: 3 },
        'score/tone': { value: null },
      },
    });
    expect(metricsOf(update('# X\n', [prompt]))).toEqual({ accuracy: 0.565 });
    expect(update('# X\n', [prompt])).toContain('type: text-generation');
  });

  test('with small numbers written out: an exponent without a point is text to PyYAML', () => {
    const after = update('# X\n', [
      makeRun({ metrics: { ece: { value: 1.5e-7 }, brier: { value: 0 }, 'log-loss': { value: 1 } } }),
    ]);
    expect(after).toContain('value: 0.0000001500\n');
    expect(metricsOf(after)).toEqual({ ece: 1.5e-7, brier: 0, log_loss: 1 });
  });

  test.each([
    ['---\nmodel-index: none\n---\n', 'a list'],
    ['---\npawl: [1]\n---\n', 'keys and values'],
  ])('is refused where %j has something else in our place', (text, message) => {
    const { value, problems } = updateCard(card(text), { name: 'flight', runs: [makeRun()] });
    expect(value).toBeUndefined();
    expect(problems).toMatchObject([{ code: 'CARD_MODEL_INDEX', line: 2, message: expect.stringContaining(message) }]);
  });

  test('keys in `pawl:` that are not ours stay', () => {
    const after = update('---\npawl:\n  owner: ada # hers\n---\n');
    expect(after).toContain('  owner: ada # hers\n');
  });
});

describe('a line diff', () => {
  test('shows changes with two lines around them, and nothing for nothing', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    const after = before.with(1, 'B').toSpliced(8, 1).concat('k');
    expect(lineDiff(before.join('\n'), after.join('\n'))).toEqual([
      ' a',
      '-b',
      '+B',
      ' c',
      ' d',
      '…',
      ' g',
      ' h',
      '-i',
      ' j',
      '+k',
    ]);
    expect(lineDiff('a', 'a')).toEqual([]);
  });
});
