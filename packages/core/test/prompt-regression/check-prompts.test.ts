import { expect, test } from 'vitest';
import { exitCodeOf, Report, Run, type ModelRequest } from '@pawl/core';
import { renderMarkdown } from '@pawl/core/report';
import { listCases } from '@pawl/core/runs';
import { fakeProvider } from '@pawl/core/testing';
import { evaluate, version, type WorldData } from './world.ts';

const path = 'prompts/triage.prompt.yml';
const prompt = (system: string, extra = '') => `model: small
modelParameters: {temperature: 0}
messages:
  - role: system
    content: ${system}
  - role: user
    content: "{{text}}"
evaluators:
  - name: label
    string: {equals: "{{expected}}"}
x-pawl:
  testData: data/mails.jsonl
  slices: [topic]
${extra}`;
const mails = (n: number) =>
  Array.from({ length: n }, (_, index) =>
    JSON.stringify({
      id: `mail-${index}`,
      text: `text ${index}`,
      expected: index % 2 === 0 ? 'spam' : 'ham',
      topic: index % 4 === 0 ? 'money' : 'work',
    }),
  ).join('\n');

/** Right everywhere, but for each marker in the system message it is wrong on that share of the mails. */
const model = () =>
  fakeProvider(({ messages }: ModelRequest) => {
    const [system = '', text = ''] = messages.map(({ content }) => String(content));
    const index = Number(text.split(' ')[1]);
    const right = index % 2 === 0 ? 'spam' : 'ham';
    const wrongOf = Number(/wrong (\d+)/.exec(system)?.[1] ?? 0);
    return index % 100 < wrongOf ? 'no idea' : right;
  });

const world = (before: string, after: string, n = 400, more: Partial<WorldData> = {}): WorldData => ({
  files: { [path]: prompt(after), 'data/mails.jsonl': mails(n) },
  commits: { abc1234def: { [path]: prompt(before) } },
  versions: [version('triage', 'v1.3.0', 'abc1234def', ['production'])],
  provider: model(),
  ...more,
});

test('a prompt that gets cases wrong fails, with the flips, the interval and the baseline named', async () => {
  const outcome = await evaluate(world('wrong 3', 'wrong 9'));
  const { report, run } = outcome;

  expect(report).toMatchObject({
    verdict: 'fail',
    name: 'triage',
    n: 400,
    headline: '24 cases newly wrong, 0 newly right: accuracy 0.97 → 0.91',
    comparison: 'accuracy 0.97 → 0.91 (−6.0 pts, 95 % CI −8.8 … −4.1)',
    footer: {
      baseline: 'triage@v1.3.0 (production, 3 days old)',
      reproduce: 'pawl eval prompts/triage.prompt.yml --base-url http://model/v1',
    },
  });
  expect(report.findings).toMatchObject([{ severity: 'error', file: path, line: 5 }]);
  expect(report.blocks).toContainEqual(expect.objectContaining({ type: 'details', summary: '24 cases newly wrong' }));
  expect(report.blocks).toContainEqual({ type: 'text', text: 'Changed: message 1 (system).' });
  expect(exitCodeOf(outcome)).toBe(1);
  expect(Report.parse(report)).toEqual(report);
  expect(Run.parse(run)).toMatchObject({
    kind: 'prompt-regression',
    subject: { name: 'triage' },
    baseline: { source: 'label', version: 'v1.3.0' },
    metrics: { accuracy: { value: 0.91, baseline: 0.97 }, 'newly-wrong': { value: 24 } },
  });
});

test('a flip shows the input, what was expected and both answers', async () => {
  const { report, run, results } = await evaluate(world('wrong 0', 'wrong 20'));
  const flips = report.blocks.find((block) => block.type === 'details');

  expect(flips).toMatchObject({
    blocks: expect.arrayContaining([
      { type: 'change', title: 'mail-3: text 3', expected: 'ham', before: 'ham', after: 'no idea' },
    ]),
  });
  expect(flips?.type === 'details' && flips.blocks.at(-1)).toEqual({
    type: 'text',
    text: ['60 more cases: ', { text: `pawl run show ${run?.id} --cases newly-wrong`, style: 'code' }],
  });
  // That command lists just as many as the report counts.
  expect(listCases(results['cases.jsonl'] ?? '', 'newly-wrong').value).toHaveLength(80);
});

test('cases that are left out of a report are found where nobody keeps the run, too, and where nothing is compared', async () => {
  const unkept = await evaluate({ ...world('wrong 0', 'wrong 20'), unkept: true });
  expect(renderMarkdown(unkept.report)).toContain(
    '60 more cases: the command that reproduces this writes every answer, with `--output answers.json`',
  );
  const first = await evaluate({
    files: { [path]: prompt('wrong 20'), 'data/mails.jsonl': mails(200) },
    provider: model(),
  });
  expect(renderMarkdown(first.report)).toContain(`20 more cases: \`pawl run show ${first.run?.id} --cases wrong\``);
  expect(listCases(first.results['cases.jsonl'] ?? '', 'wrong').value).toHaveLength(40);
});

test('a prompt that is as good passes, and one that gets more right passes', async () => {
  expect((await evaluate(world('wrong 5', 'wrong 5, other words'))).report).toMatchObject({
    verdict: 'pass',
    headline: 'no case newly wrong or right: accuracy 0.95 → 0.95',
  });
  expect((await evaluate(world('wrong 9', 'wrong 2'))).report).toMatchObject({
    verdict: 'pass',
    headline: 'no case newly wrong, 28 newly right: accuracy 0.91 → 0.98',
    findings: [],
  });
});

test('an unchanged prompt asks each request once and passes on any number of cases', async () => {
  const same = world('wrong 5', 'wrong 5', 8);
  const { report } = await evaluate(same);

  expect(report).toMatchObject({
    verdict: 'pass',
    headline: 'the model is asked just what it was asked before: accuracy 0.38',
  });
  expect((same.provider as ReturnType<typeof model>).requests).toHaveLength(8);
});

test('too few cases are inconclusive with the number that is needed, though every one got worse', async () => {
  const outcome = await evaluate(world('wrong 0', 'wrong 100', 12));

  expect(outcome.report.verdict).toBe('inconclusive');
  expect(outcome.report.headline).toContain('needs about 18 more cases');
  expect(exitCodeOf(outcome)).toBe(4);
});

test('an interval that is too wide is inconclusive and says how many cases would settle it', async () => {
  const { report } = await evaluate(world('wrong 0', 'wrong 2', 50));

  expect(report.verdict).toBe('inconclusive');
  expect(report.headline).toMatch(
    /^2 cases newly wrong, 0 newly right: accuracy 1\.00 → 0\.96; needs about \d+ more cases$/,
  );
  expect(report.findings).toMatchObject([{ severity: 'warning' }]);
});

test('slices that got worse are marked and do not decide', async () => {
  const provider = fakeProvider(({ messages }) => {
    const index = Number(String(messages[1]?.content ?? '').split(' ')[1]);
    const right = index % 2 === 0 ? 'spam' : 'ham';
    return messages[0]?.content === 'new' && index % 4 === 0 && index < 64 ? 'no idea' : right;
  });
  const { report } = await evaluate(world('old', 'new', 400, { provider }));
  const slices = report.blocks.find((block) => block.type === 'details' && block.summary.includes('slice'));

  expect(slices).toMatchObject({ summary: '1 of 2 slices differs by more than chance' });
});

test('without a baseline only the threshold judges, and the headline says so', async () => {
  const first = (extra: string, system = 'wrong 5') =>
    evaluate({ files: { [path]: prompt(system, extra), 'data/mails.jsonl': mails(200) }, provider: model() });

  expect((await first('  threshold: 0.9')).report).toMatchObject({
    verdict: 'pass',
    headline: 'first version, nothing to compare with: accuracy 0.95 on 200 cases, threshold 0.90',
  });
  expect((await first('  threshold: 0.9', 'wrong 30')).report).toMatchObject({
    verdict: 'fail',
    headline: 'first version: accuracy 0.70 is below the threshold of 0.90',
  });
  expect((await first('')).report.verdict).toBe('inconclusive');
});

test('a threshold that is missed fails, however good the comparison looks', async () => {
  const { report } = await evaluate(world('wrong 50', 'wrong 40', 400, { inputs: { threshold: '0.8' } }));

  expect(report.verdict).toBe('fail');
  expect(report.headline).toContain('below the threshold of 0.80');
});

test('more than two failed calls in a hundred are an error, with the reason', async () => {
  const answer = model();
  const failing = (share: number) =>
    fakeProvider((request) => {
      const index = Number(String(request.messages[1]?.content ?? '').split(' ')[1]);
      if (index < share) return { failure: 'the endpoint answered 500', hint: 'Try again later.' };
      void answer.complete(request);
      return index % 2 === 0 ? 'spam' : 'ham';
    });
  const many = await evaluate(world('old', 'new', 400, { provider: failing(12) }));
  const few = await evaluate(world('old', 'new', 400, { provider: failing(4) }));

  expect(many.report).toMatchObject({
    verdict: 'error',
    headline: '24 of 800 requests failed, so nothing was judged (the endpoint answered 500)',
  });
  expect(exitCodeOf(many)).toBe(3);
  expect(few.report).toMatchObject({ verdict: 'pass', n: 396 });
  expect(few.report.problems).toMatchObject([{ code: 'CALL_FAILED', severity: 'warning' }]);
});

test('the budget stops asking, and an endpoint without prices is not trusted with one', async () => {
  const priced = fakeProvider(() => ({ text: 'spam', reused: false, costUsd: 0.01 }));
  const budget = { inputs: { 'max-cost-usd': '0.5', concurrency: '1' } };
  expect((await evaluate(world('old', 'new', 400, { ...budget, provider: priced }))).report.verdict).toBe('error');
  expect(priced.requests).toHaveLength(50);

  const unpriced = model();
  const { report } = await evaluate(world('old', 'new', 400, { ...budget, provider: unpriced }));
  expect(report.headline).toContain('does not say what an answer costs');
  expect(unpriced.requests).toHaveLength(1);
});

test('the footer says how many answers were reused and what the others cost', async () => {
  const provider = fakeProvider(({ messages }) => {
    const reused = messages[0]?.content === 'old';
    return { text: 'spam', reused, costUsd: 0.001, latencyMs: 20, finishReason: 'stop' };
  });
  const { report, run } = await evaluate(world('old', 'new', 50, { provider }));

  expect(report.footer.cost).toBe('50 of 100 answers reused, $0.05');
  expect(run?.costUsd).toBeCloseTo(0.05);
  expect(run?.metrics['latency-median']).toMatchObject({ value: 20, baseline: 20, unit: 'ms' });
});

test('repeats are asked separately and averaged', async () => {
  const provider = fakeProvider(({ messages, repeat }) => {
    const index = Number(String(messages[1]?.content ?? '').split(' ')[1]);
    const right = index % 2 === 0 ? 'spam' : 'ham';
    return messages[0]?.content === 'new' && repeat === 0 ? 'no idea' : right;
  });
  const { report, run } = await evaluate(world('old', 'new', 60, { provider, inputs: { repeats: '3' } }));

  expect(provider.requests).toHaveLength(360);
  expect(run?.metrics['accuracy']?.value).toBeCloseTo(2 / 3);
  expect(report.verdict).toBe('fail');
});

test('the cases file has one line a case and stays below a megabyte', async () => {
  const long = fakeProvider(({ messages }) => `${messages[0]?.content} `.repeat(500));
  const { results, run } = await evaluate(world('old', 'new', 2000, { provider: long }));
  const file = results['cases.jsonl'] ?? '';

  expect(file.trimEnd().split('\n')).toHaveLength(2000);
  expect(file.length).toBeLessThan(1_000_000);
  expect(JSON.parse(file.split('\n')[0] ?? '')).toMatchObject({ id: 'mail-0', before: { pass: 0, cut: true } });
  expect(Object.keys(run?.results ?? {})).toEqual(['report.json', 'cases.jsonl']);
});

test('the digest is of what a model is told: another margin keeps it, another word does not', async () => {
  const digest = async (system: string, extra?: string) =>
    (await evaluate({ ...world('old', 'x'), files: { [path]: prompt(system, extra), 'data/mails.jsonl': mails(40) } }))
      .run?.subject?.digest;

  expect(await digest('one')).toBe(await digest('one', '  margin: 0.05'));
  expect(await digest('one')).not.toBe(await digest('two'));
});
