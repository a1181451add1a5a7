import { readFileSync } from 'node:fs';
import type { Run } from '@pawl/core';
import { lintCard, readCard, updateCard, type CardFacts, type ModelCard } from '@pawl/core/model-card';
import { describe, expect, test } from 'vitest';
import { makeRun, subject } from './make-run.ts';

const file = 'models/flight/README.md';
const nothing: CardFacts = { subjects: [], runs: [] };

function card(text: string): ModelCard {
  const { value, problems } = readCard({ text, file });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
}

const found = (text: string, facts: CardFacts = nothing): readonly string[] =>
  lintCard(card(text), facts).map(({ code, line }) => `${code}:${line}`);

const body = `# Flight

## Intended use

Ranking flights.

## Training

By hand.

## Evaluation

On May.

## Limits

Many.

## Ethical considerations

Few.
`;
const front = (yaml = ''): string => `---\nlicense: mit\n${yaml}---\n`;

describe('sections', () => {
  test('a card that tells all has nothing to find', () => {
    expect(found(front() + body)).toEqual([]);
  });

  test('those that are missing are named at the end of the card, with the heading to add', () => {
    const text = `${front()}# Flight\n\nGood.\n`;
    expect(lintCard(card(text), nothing)).toMatchObject(
      ['what it is for', 'how it was trained', 'how well it does', 'where it fails', 'whom it may harm'].map(
        (what) => ({
          code: 'CARD_SECTION_MISSING',
          severity: 'error',
          message: `The card does not say ${what}.`,
          hint: expect.stringMatching(/^Add a section "## .+"\. .+\?$/),
          file,
          line: 6,
        }),
      ),
    );
  });

  test.each([
    ['Uses', 'Intended use'],
    ['Intended uses & limitations', 'Intended use'],
    ['🎯 Direct Use', 'Intended use'],
    ['1. Primary Intended Uses', 'Intended use'],
    ['Training Details', 'Training'],
    ['Training procedure', 'Training'],
    ['Training and evaluation data', 'Training'],
    ['How it was trained', 'Training'],
    ['Evaluation results', 'Evaluation'],
    ['Metrics', 'Evaluation'],
    ['Quantitative Analyses', 'Evaluation'],
    ['**Bias, Risks, and Limitations**', 'Limits'],
    ['Known limitations', 'Limits'],
    ['Caveats and Recommendations', 'Limits'],
    ['Out-of-Scope Use', 'Limits'],
    ['Bias, Risks, and Limitations', 'Ethical considerations'],
    ['Ethics & safety', 'Ethical considerations'],
    ['Fairness {#fairness}', 'Ethical considerations'],
    ['[Ethical Considerations](#x) [optional]', 'Ethical considerations'],
  ])('"%s" stands for "%s"', (title, wanted) => {
    expect(found(front() + body.replace(`## ${wanted}`, `## ${title}`))).toEqual([]);
  });

  test.each([['User guide'], ['Trained weights'], ['Other'], ['Reuse']])('"%s" stands for none of them', (title) => {
    expect(found(front() + body.replace('## Intended use', `## ${title}`))).toEqual(['CARD_SECTION_MISSING:24']);
  });

  test.each([
    ['nothing', ''],
    ['a comment', '<!-- Say what it is for.\n## Not a heading -->'],
    ['a placeholder', '[More Information Needed]'],
    ['a label with nothing behind it', '- **Direct use:**\n- **Other:** [More Information Needed]'],
    ['an empty sub-section', '### Direct Use\n\n---'],
    ['a comment that is never closed', '<!-- forever'],
  ])('that hold only %s are empty, at their heading', (_, text) => {
    const findings = found(`${front()}## Intended use\n\n${text}\n`);
    expect(findings[0]).toBe('CARD_SECTION_EMPTY:4');
  });

  test('a sub-section fills the one above it, and headings in code are none', () => {
    const text = body.replace('Ranking flights.', '### Direct Use\n\nRanking.\n').replace('Many.', '```\n# none\n```');
    expect(found(front() + text)).toEqual([]);
  });

  test('underlined headings count', () => {
    expect(found(front() + body.replace('## Limits', 'Limits\n------'))).toEqual([]);
  });

  test('every placeholder that is left is a warning at its line', () => {
    const text = body.replace('Ranking flights.', 'Ranking.\n\n- **By:** [More Information Needed]');
    expect(lintCard(card(front() + text), nothing)).toMatchObject([
      { code: 'CARD_PLACEHOLDER', severity: 'warning', line: 10, column: 11 },
    ]);
  });

  test("finds in Hugging Face's own template all that the author must write", () => {
    const template = readFileSync(new URL('modelcard-template.md', import.meta.url), 'utf8');
    const codes = lintCard(card(template), nothing).map(({ code }) => code);
    expect(codes.filter((code) => code === 'CARD_SECTION_EMPTY').length).toBeGreaterThanOrEqual(3);
    expect(codes).toContain('CARD_LICENSE');
    expect(codes).toContain('CARD_PLACEHOLDER');
  });
});

describe('the license', () => {
  test.each([
    ['', 'No license is given.', 1],
    ['license:\n', 'No license is given.', 2],
    ['tags: []\nlicense: apache 2.0\n', '"apache 2.0" is no license that Hugging Face knows.', 3],
    ['license: unknown\n', 'The license is unknown.', 2],
    ['license: other\n', 'The license "other" is not named.', 2],
    ['license: [mit, no-such]\n', '"no-such" is no license', 2],
  ])('%j is found', (yaml, message, line) => {
    expect(lintCard(card(`---\n${yaml}---\n${body}`), nothing)).toMatchObject([
      { code: 'CARD_LICENSE', message: expect.stringContaining(message), line },
    ]);
  });

  test('a near miss gets the right one, and a named one of one’s own is fine', () => {
    expect(lintCard(card(`---\nlicense: Apache-2\n---\n${body}`), nothing)[0]?.hint).toBe('Did you mean "apache-2.0"?');
    expect(found(`---\nlicense: other\nlicense_name: mine\nlicense_link: LICENSE\n---\n${body}`)).toEqual([]);
  });
});

describe('numbers', () => {
  const index = (metrics: string, dataset = '{ type: flights, name: Flights }'): string =>
    front(`model-index:
- name: flight
  results:
  - task: { type: t }
    dataset: ${dataset}
    metrics:
${metrics}`) + body;
  const facts = (run: Run = makeRun()): CardFacts => ({ subjects: [subject], runs: [run] });

  test.each([['0.6750'], ['0.675'], ['0.67'], ['0.7'], ['67.5'], ['67.498'], ['0.675 ± 0.01'], ['0.674981']])(
    '%s is 0.674981 as printed',
    (value) => {
      expect(found(index(`    - { type: roc_auc, value: ${value} }\n`), facts())).toEqual([]);
    },
  );

  test.each([['0.676'], ['0.6751'], ['0.6'], ['68'], ['67.6'], ['0.674'], ['1']])(
    '%s is not, and is found at its line',
    (value) => {
      const text = index(`    - type: ROC AUC\n      value: ${value}\n`);
      expect(lintCard(card(text), facts())).toMatchObject([
        {
          code: 'CARD_METRIC_CONTRADICTS',
          message: expect.stringMatching(new RegExp(`^ROC AUC is ${value} here, and [\\d.]+ in eval-gate run 01KA7`)),
          hint: expect.stringContaining('pawl card update'),
          line: 10,
          column: 14,
        },
      ]);
    },
  );

  test('of other metrics, other files, other people and of no run are left alone', () => {
    const wrong = '    - { type: roc_auc, value: 0.1 }\n';
    expect(found(index(wrong))).toEqual([]);
    expect(found(index('    - { type: bleu, value: 0.1 }\n'), facts())).toEqual([]);
    expect(found(index('    - { type: roc_auc, value: 0.1, verified: true }\n'), facts())).toEqual([]);
    expect(found(index(wrong, '{ type: f, name: F, args: { path: other.parquet } }'), facts())).toEqual([]);
    expect(found(index(wrong, '{ type: f, name: F, args: { path: data/test.parquet } }'), facts())).toEqual([
      'CARD_METRIC_CONTRADICTS:9',
    ]);
  });

  test('without a dataset are found', () => {
    const text = front(
      'model-index:\n- name: x\n  results:\n  - task: {type: t}\n    metrics: [{type: f1, value: 1}]\n',
    );
    expect(found(text + body)).toEqual(['CARD_MODEL_INDEX:6']);
  });

  test('written by an update agree', () => {
    const text = updateCard(card(front() + body), { name: 'flight', runs: [makeRun()] }).value ?? '';
    expect(found(text, facts())).toEqual([]);
  });

  test('whose model or data lies there no more are stale', () => {
    const text = updateCard(card(front() + body), { name: 'flight', runs: [makeRun()] }).value ?? '';
    const line = text.split('\n').findIndex((one) => one.includes('subject:')) + 1;
    expect(found(text, { subjects: [`sha256:${'9'.repeat(64)}`], runs: [] })).toEqual([`CARD_STALE_DIGEST:${line}`]);
    const otherData = makeRun({
      inputs: [{ role: 'data', path: 'data/test.parquet', digest: `sha256:${'8'.repeat(64)}` }],
    });
    expect(found(text, facts(otherData))).toEqual([`CARD_STALE_DIGEST:${line + 4}`]);
  });
});

test.each(['card.good.md', 'card.production.md'])("the playground's %s tells all that it should", (name) => {
  const text = readFileSync(
    new URL(`../../../../fixtures/playground/models/flight-delay/${name}`, import.meta.url),
    'utf8',
  );
  expect(found(text)).toEqual([]);
});
