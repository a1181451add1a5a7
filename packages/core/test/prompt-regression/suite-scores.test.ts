// Suites of several columns and assertions: scores, thresholds, weights and names as promptfoo documents them.
import { expect, test } from 'vitest';
import type { ModelProvider } from '@pawl/core';
import { fakeProvider } from '@pawl/core/testing';
import { echo, evaluateConfig } from './world.ts';

const one = (assert: string, rest = '') =>
  `prompts: ['{{text}}']\nproviders: [echo]\ntests:\n  - vars: {text: the answer}\n    assert: ${assert}\n${rest}`;
const rowOf = async (config: string, world = {}) => {
  const { rows, report } = await evaluateConfig(config, world);
  expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return rows[0]!;
};

test('a score is the weighted mean, and every assertion must hold', async () => {
  const row = await rowOf(one('[{type: contains, value: answer, weight: 3}, {type: contains, value: question}]'));

  expect(row).toMatchObject({ pass: false, score: 0.75, output: 'the answer' });
  expect(row.assertions.map(({ pass }) => pass)).toEqual([true, false]);
});

test('a threshold replaces the rule that all must hold, also at zero', async () => {
  const assert = '[{type: contains, value: answer, weight: 3}, {type: contains, value: question}]';

  expect(await rowOf(one(assert, '    threshold: 0.75\n'))).toMatchObject({ pass: true, score: 0.75 });
  expect(await rowOf(one(assert, '    threshold: 0.8\n'))).toMatchObject({ pass: false });
  expect(await rowOf(one('[{type: equals, value: x}]', '    threshold: 0\n'))).toMatchObject({ pass: true, score: 0 });
});

test('an assertion of weight 0 is only looked at', async () => {
  expect(
    await rowOf(one('[{type: contains, value: question, weight: 0, metric: looked}, {type: contains, value: answer}]')),
  ).toMatchObject({ pass: true, score: 1, scores: { looked: 0 } });
});

test('a set counts once with its own threshold and weight', async () => {
  const set =
    '{type: assert-set, threshold: 0.5, weight: 2, metric: half, assert: [{type: contains, value: answer}, {type: contains, value: question}]}';

  expect(await rowOf(one(`[${set}, {type: contains, value: the}]`))).toMatchObject({
    pass: true,
    score: 2 / 3,
    scores: { half: 0.5 },
  });
});

test('a set that could not be judged has no score, whatever else of it could', async () => {
  const set =
    '{type: assert-set, metric: half, assert: [{type: contains, value: answer}, {type: javascript, value: nonsense}]}';
  const { rows } = await evaluateConfig(one(`[${set}, {type: contains, value: question, metric: asked}]`));

  expect(rows[0]).toMatchObject({ pass: false, error: expect.any(String), score: 0 });
  expect(rows[0]?.scores).toEqual({ asked: 0 });
});

test('named scores are weighted means, and their names may be templates', async () => {
  const row = await rowOf(
    one(
      "[{type: contains, value: answer, metric: '{{text}}', weight: 3}, {type: contains, value: question, metric: the answer}]",
    ),
  );

  expect(row.scores).toEqual({ 'the answer': 0.75 });
});

test('values are rendered deep with the variables of the case, and data reaches no more than its own case', async () => {
  const config = `prompts: ['{{a}}']\nproviders: [echo]\ntests: file://cases.csv\n`;
  const csv = 'a,b,__expected\nx {{b}} {{env.SECRET}},y,"contains-all:x {{b}},{{b}}"\n';
  const environment = () => 'hidden';

  expect(await rowOf(config, { files: { 'cases.csv': csv }, inputs: { env: 'SECRET' }, environment })).toMatchObject({
    pass: true,
    output: 'x y {{env.SECRET}}',
  });
});

test('derived metrics are formulas over the sums of named scores', async () => {
  const { run } = await evaluateConfig(
    one(
      '[{type: contains, value: answer, metric: right, weight: 2}]',
      '  - vars: {text: no}\n    assert: [{type: contains, value: answer, metric: right, weight: 2}]\nderivedMetrics: [{name: mean, value: right / __count}, {name: twice, value: mean * 2}]\n',
    ),
  );

  expect(run?.metrics).toMatchObject({ 'derived/mean': { value: 1 }, 'derived/twice': { value: 2 } });
});

test('a column is a prompt through a provider, and each is judged by itself', async () => {
  const config = `prompts: ['Hello {{name}}', 'Bye {{name}}']\nproviders: [echo, {id: echo, label: second}]\ntests:\n  - vars: {name: Ann}\n    assert: [{type: contains, value: Hello}]\n`;
  const { report, rows, results, run } = await evaluateConfig(config, {
    inputs: { threshold: '0.5', 'min-cases': '1' },
  });

  expect(rows.map(({ column, pass }) => [column, pass])).toEqual(
    expect.arrayContaining([
      ['Hello {{name}} · echo', true],
      ['Bye {{name}} · echo', false],
      ['Hello {{name}} · second', true],
      ['Bye {{name}} · second', false],
    ]),
  );
  expect(report).toMatchObject({
    verdict: 'fail',
    headline: '2 of 4 columns fail; Bye {{name}} · echo: first version: accuracy 0.00 is below the threshold of 0.50',
    n: 1,
  });
  expect(report.blocks[0]).toMatchObject({ type: 'table', rows: { length: 4 } });
  expect(
    (results['cases.jsonl'] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).column),
  ).toContain('Bye {{name}} · second');
  expect(run?.metrics).toMatchObject({ 'accuracy [Bye {{name}} · echo]': { value: 0, verdict: 'fail' } });
});

test('a type that nobody knows, and a case without an assertion, are told before anything is asked', async () => {
  const provider = echo();
  const typo = await evaluateConfig(one('[{type: contians, value: answer}]'), { provider });
  const bare = await evaluateConfig("prompts: ['{{a}}']\nproviders: [echo]\ntests: [{vars: {a: x}}]\n", { provider });

  expect(typo).toMatchObject({ usage: true, report: { verdict: 'error' } });
  expect(typo.report.problems).toMatchObject([{ hint: expect.stringContaining('contains'), line: 5 }]);
  expect(bare.report.problems).toMatchObject([{ code: 'CASE_WITHOUT_ASSERTIONS', severity: 'error' }]);
  expect(provider.requests).toEqual([]);
});

test('compat promptfoo passes where nothing is asserted, as promptfoo does', async () => {
  const { rows } = await evaluateConfig("prompts: ['{{a}}']\nproviders: [echo]\ntests: [{vars: {a: x}}]\n", {
    inputs: { compat: 'promptfoo' },
  });

  expect(rows).toMatchObject([{ pass: true, score: 1 }]);
});

test('what cannot be judged is an error of its row and never a pass', async () => {
  const failing = one('[{type: contains, value: answer}, {type: cost, threshold: 1}]');
  const { rows, report } = await evaluateConfig(failing);

  expect(rows).toMatchObject([{ pass: false, error: expect.stringContaining('cost') }]);
  expect(report).toMatchObject({ verdict: 'error' });
  expect(report.problems).toMatchObject([{ code: 'ANSWER_NOT_JUDGED', severity: 'error' }]);
});

test('a call that fails is an error and no wrong answer', async () => {
  const provider = fakeProvider(() => ({ failure: 'no answer', hint: 'Wait.' }));
  const { rows, report } = await evaluateConfig(one('[{type: contains, value: answer}]'), { provider });

  expect(rows).toMatchObject([{ pass: false, error: 'no answer', output: null }]);
  expect(report.headline).toBe('1 of 1 request failed, so nothing was judged (no answer)');
});

test('an output that the suite gives is judged without a call', async () => {
  const provider = echo();
  const { rows } = await evaluateConfig(one('[{type: equals, value: given}]', '    providerOutput: given\n'), {
    provider,
  });

  expect(rows).toMatchObject([{ pass: true, output: 'given' }]);
  expect(provider.requests).toEqual([]);
});

test('the highest score of a case is one column, and the others lose', async () => {
  const config = `prompts: ['Hello {{name}}', 'Bye {{name}}']\nproviders: [echo]\ntests:\n  - vars: {name: Ann}\n    assert: [{type: contains, value: Ann}, {type: contains, value: Bye, weight: 0}, {type: max-score}]\n`;
  const { rows } = await evaluateConfig(config);

  expect(rows.map(({ prompt, pass, score }) => [prompt, pass, score])).toEqual([
    ['Hello {{name}}', false, 0],
    ['Bye {{name}}', true, 1],
  ]);
});

test('a column that could not be judged says its own reason, and not another’s', async () => {
  const suite = `prompts: ['{{text}}']
providers: ['openai:chat:one', 'openai:chat:two']
tests: [{vars: {text: a}, assert: [{type: contains, value: a}]}]
`;
  // The second column fails before the first.
  const provider: ModelProvider = {
    id: 'away',
    complete: async ({ model }) => {
      if (model === 'one') await new Promise((resolve) => void setTimeout(resolve, 5));
      return { failure: `${model} is away`, hint: '' };
    },
  };
  const { report } = await evaluateConfig(suite, { provider });

  expect(report.headline).toMatch(/chat:one: .*\(one is away\)/);
});

test('a limit in dollars that nobody could hold is told of', async () => {
  const suite = `prompts: ['{{text}}']
providers: ['openai:chat:one']
tests: [{vars: {text: a}, assert: [{type: contains, value: a}]}]
`;
  const codes = async (costUsd?: number) => {
    const answer = { text: 'a', reused: false, ...(costUsd !== undefined && { costUsd }) };
    const given = { provider: fakeProvider(() => answer), inputs: { 'max-cost-usd': '5' } };
    return (await evaluateConfig(suite, given)).report.problems.map(({ code }) => code);
  };
  expect(await codes()).toEqual(['BUDGET_UNPRICED']);
  expect(await codes(0.001)).toEqual([]);
});
