// A judge meets labels, and a certificate comes out.
import { createHash } from 'node:crypto';
import {
  calibrateJudge,
  decideCertificate,
  judgeScorers,
  measureJudge,
  readLabels,
  type Label,
} from '@pawl/core/judges';
import { describe, expect, test } from 'vitest';
import { assertion, judgeWorld, said } from './judge-world.ts';

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const file = 'mail.labels.jsonl';
const linesOf = (...lines: readonly object[]): string => lines.map((line) => JSON.stringify(line)).join('\n');
const label = (more: object) => ({ output: 'x', label: 'pass', author: 'human', at: '2026-01-31', ...more });

describe('labels', () => {
  test('are pass, fail, a score, or how one answer compares with another', () => {
    const text = linesOf(
      label({ caseId: 'a' }),
      label({ label: 'fail', output: 'y' }),
      label({ label: 0.25, output: 'z', note: 'so so' }),
      label({ label: 'tie', baseline: 'old' }),
    );
    expect(readLabels(text, file).value?.map(({ score }) => score)).toEqual([1, 0, 0.25, 0.5]);
  });

  test.each([
    ['nonsense', 'no JSON'],
    [linesOf(label({ label: 'good' })), '"label"'],
    [linesOf(label({ label: 'pass', baseline: 'b' })), '"better"'],
    [linesOf(label({ author: 'me' })), '"author"'],
    [linesOf(label({ at: 'today' })), '"at"'],
    [linesOf(label({ lable: 1 })), '"lable"'],
    [linesOf({ label: 'pass', author: 'human', at: '2026-01-01' }), '"output"'],
    [linesOf(label({}), label({ label: 'fail' })), 'same answer as line 1'],
    ['', 'no label'],
  ])('refuse %s', (text, message) => {
    const read = readLabels(text, file);
    expect(read.value).toBeUndefined();
    expect(read.problems[0]?.message).toContain(message);
  });
});

/** Sixty answers, thirty of them good; the judge likes what says thanks. */
const labels: readonly Label[] =
  readLabels(
    linesOf(
      ...Array.from({ length: 60 }, (_, at) =>
        label({ output: `${at % 2 === 0 ? 'thanks' : 'no'} ${at}`, label: at % 2 === 0 || at < 4 ? 'pass' : 'fail' }),
      ),
    ),
    file,
  ).value ?? [];

const rubric = assertion('llm-rubric', { value: 'is polite' });
const calibration = (world: ReturnType<typeof judgeWorld>, more: object = {}) => ({
  assertion: rubric,
  scorer: judgeScorers.get('llm-rubric'),
  model: 'judge-1',
  labels,
  labelsFile: file,
  cases: [],
  fill: (asked: typeof rubric) => asked,
  promptOf: () => 'Write.',
  world,
  repeats: 3,
  concurrency: 4,
  now: '2026-02-01T00:00:00.000Z',
  sha256,
  progress: () => {},
  ...more,
});
const polite = (text: string): string => `{"pass": ${/begin output>>>\nthanks/.test(text)}}`;

describe('pawl judge calibrate', () => {
  test('certifies a judge with which people agree', async () => {
    const world = judgeWorld((asked) => polite(said(asked)));
    const { value } = await calibrateJudge(calibration(world));
    expect(value?.certificate).toMatchObject({
      judge: { type: 'llm-rubric', model: 'judge-1' },
      labels: { n: 60, human: 60 },
      agreement: { n: 60, observed: 58 / 60 },
      sensitivity: 30 / 32,
      specificity: 1,
      selfConsistency: 1,
      failures: 0,
    });
    expect(decideCertificate(value!.certificate, '2026-02-02T00:00:00.000Z')).toEqual([]);
    expect(value?.disagreements.map(({ line }) => line)).toEqual([2, 4]);
    expect(new Set(world.requests.map(({ repeat }) => repeat))).toEqual(new Set([0, 10, 20]));
  });

  test('does not certify one that wavers, or that says nothing', async () => {
    const moods = judgeWorld(({ repeat, messages }) =>
      repeat === 20 ? '{"pass": true}' : polite(messages.map(({ content }) => String(content)).join('\n')),
    );
    const wavering = await calibrateJudge(calibration(moods));
    expect(wavering.value?.certificate.selfConsistency).toBeCloseTo((30 + 30 / 3) / 60, 12);
    const silent = await calibrateJudge(calibration(judgeWorld('hm')));
    expect(silent.value?.certificate).toMatchObject({ failures: 1, sensitivity: 0, agreement: { observed: 0 } });
    expect(decideCertificate(silent.value!.certificate, '2026-02-02T00:00:00.000Z').length).toBeGreaterThan(1);
  });

  test('counts how often a pairwise judge follows the order', async () => {
    const pairs = readLabels(
      linesOf(
        ...Array.from({ length: 4 }, (_, at) =>
          label({ output: `new ${at}`, baseline: 'old', label: at < 2 ? 'better' : 'worse' }),
        ),
      ),
      file,
    ).value;
    const world = judgeWorld((asked) => {
      const text = said(asked);
      if (text.includes('new 3')) return '0';
      return /begin answer (\d)>>>\nnew/.exec(text)?.[1] ?? '0';
    });
    const { value } = await calibrateJudge(
      calibration(world, { labels: pairs, assertion: assertion('pairwise', { value: 'x' }), scorer: undefined }),
    );
    expect(value?.certificate).toMatchObject({ orderFlipRate: 0.25, agreement: { observed: 0.5 }, sensitivity: 1 });
  });

  test('tells labels of cases that the suite does not have', async () => {
    const strange = readLabels(linesOf(label({ caseId: 'gone' })), file).value;
    const { value, problems } = await calibrateJudge(calibration(judgeWorld('x'), { labels: strange }));
    expect(value).toBeUndefined();
    expect(problems).toMatchObject([{ code: 'LABEL_INVALID', line: 1, file }]);
  });
});

test('labels of models do not speak for people', () => {
  const human = Array.from({ length: 10 }, (_, at) => ({
    author: 'human' as const,
    label: at % 2,
    verdicts: [1 - (at % 2)],
  }));
  const model = Array.from({ length: 90 }, (_, at) => ({
    author: 'model' as const,
    label: at % 2,
    verdicts: [at % 2],
  }));
  expect(measureJudge([...human, ...model]).agreement).toMatchObject({ n: 10, observed: 0, kappa: -1 });
});
