// What a policy's fairness rules say of groups that are too small, and how shortly a headline says the rest.
import { expect, test } from 'vitest';
import { GatePolicy } from '@pawl/core';
import { classificationEvidence, compareModels } from '@pawl/core/eval-gate';
import { gateReport } from '../../src/eval-gate/section.ts';
import { ask } from './columns.ts';

const rows = 3000;
const ids = Array.from({ length: rows }, (_, row) => `r${String(row).padStart(4, '0')}`);
const labels = Int32Array.from(ids, (_, row) => row % 2);

interface Given {
  readonly sex: (row: number) => string | null;
  readonly rule?: object;
  /** Rows that the candidate calls negative whatever they are. */
  readonly lost?: (row: number) => boolean;
  readonly clusters?: (row: number) => number;
  readonly name?: string;
}

async function judged({ sex, rule, lost = () => false, clusters, name = 'sex' }: Given) {
  const fairness = [{ column: name, metric: 'demographic-parity', maximum: 0.1, ...rule }];
  const policy = GatePolicy.parse({
    ...{ name: 'm', task: 'classification', metrics: { accuracy: { margin: 0.9 } }, fairness },
  });
  const sampling =
    clusters === undefined ? undefined : { rows, clusters: Int32Array.from(ids, (_, row) => clusters(row)) };
  const sample = { ids, classes: ['no', 'yes'], labels, positive: 1, slices: {}, ...(sampling && { sampling }) };
  const evidence = classificationEvidence(policy, sample, {
    candidate: { predicted: labels.map((label, row) => (lost(row) ? 0 : label)) },
    baseline: { predicted: labels },
  });
  const { value } = await ask(policy, evidence, { id: ids, [name]: ids.map((_, row) => sex(row)) });
  const compared = compareModels(policy, { evidence, same: false, seed: 1, more: value!.more });
  const report = gateReport({
    ...{ policy, ...compared, evidence, against: 'production', beside: value!.blocks, problems: [] },
    ...{ footer: { baseline: '', reproduce: '' }, smallPrint: [], place: () => ({ file: 'm.gate.yml' }) },
  });
  return { rule: compared.judgement.metrics[1]!, report, shown: JSON.stringify(report.blocks) };
}

/** Pairs of rows, so that every group has both labels. */
const half = (row: number): string => (row % 4 < 2 ? 'f' : 'm');
const withFew = (row: number): string | null => (row < 12 ? 'x' : half(row));

test('a rule whose groups are all measured and alike passes', async () => {
  expect((await judged({ sex: half })).rule.verdict).toBe('pass');
});

test('where nobody is called positive there is no ratio, and a rule that asks for one does not pass', async () => {
  const rule = { maximum: undefined, 'minimum-ratio': 0.8 };
  expect((await judged({ sex: half, rule, lost: () => true })).rule).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('every group has a share of 0, so there is no ratio'),
  });
});

test('a group too small to be measured is named with its rows, and the rule does not pass without it', async () => {
  const { rule, report, shown } = await judged({ sex: withFew });

  expect(rule.verdict).toBe('inconclusive');
  expect(rule.reason).toContain('too few rows to measure sex = x (n = 12); 30 that count are needed');
  expect(report.headline).toBe(
    'too little evidence: demographic parity by sex: too few rows to measure sex = x (n = 12); 30 are needed',
  );
  expect(report.blocks).toContainEqual({ type: 'text', text: expect.stringContaining('not measured') });
  expect(shown).toContain('["sex = x","12","–","–"]');
});

test('a policy can say that it is not compared, and the report still names it', async () => {
  const { rule, report } = await judged({ sex: withFew, rule: { except: ['x'] } });

  expect(rule.verdict).toBe('pass');
  expect(report.blocks).toContainEqual({
    type: 'text',
    text: 'Demographic parity by sex: not compared, as the policy says: sex = x (n = 12).',
  });
});

test('rows without a value are excepted as null', async () => {
  const sex = (row: number): string | null => (row < 12 ? null : half(row));

  expect((await judged({ sex })).rule.verdict).toBe('inconclusive');
  expect((await judged({ sex, rule: { except: [null] } })).rule.verdict).toBe('pass');
});

test('a small group does not hide a gap between the others', async () => {
  const { rule, report } = await judged({ sex: withFew, lost: (row) => half(row) === 'f' });

  expect(rule.verdict).toBe('fail');
  expect(rule.reason).toContain('surely above the 0.1 that the policy allows');
  expect(report.headline).toBe('demographic parity by sex: 50.0 pts between m and f, surely above the 10 pts allowed');
});

test('groups that are one cluster each are no comparison, and the reason is not their rows', async () => {
  const { rule } = await judged({ sex: half, clusters: (row) => (half(row) === 'f' ? 0 : 1) });

  expect(rule).toMatchObject({
    verdict: 'error',
    reason: 'no group has 30 rows that count, of more than one cluster, so there is nothing to compare',
  });
});

test('a group of one cluster cannot be measured, however many its rows', async () => {
  const clusters = (row: number): number => (withFew(row) === 'x' || row < 200 ? 0 : row);
  const sex = (row: number): string => (row < 200 ? 'x' : half(row));
  const { rule } = await judged({ sex, clusters });

  expect(rule).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('(n = 200, one cluster)') });
});

test.each([
  ['maximum', { maximum: 0.1 }],
  ['ratio', { maximum: undefined, 'minimum-ratio': 0.8 }],
  ['margin', { maximum: undefined, margin: 0.02 }],
  ['all', { maximum: 0.1, 'minimum-ratio': 0.8, margin: 0.02 }],
])(
  'a headline names rule, groups, size and what is asked (%s) on one line, whatever the data call them',
  async (_, rule) => {
    const long = 'a value that goes on and on, as values of a column may where nobody looks '.repeat(3);
    const name = 'the column that says which of many groups of people a row is about';
    const { report } = await judged({ sex: (row) => long + half(row), rule, name, lost: (row) => half(row) === 'f' });

    expect(report.verdict).toBe('fail');
    expect(report.headline.length).toBeLessThanOrEqual(160);
    expect(report.headline).toMatch(/^demographic parity by the column .*(pts|ratio)/);
    expect(report.findings[0]!.title.length).toBeLessThanOrEqual(100);
  },
);
