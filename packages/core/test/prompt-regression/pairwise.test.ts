// A judge that weighs each answer against the baseline's: in both orders, and a choice that follows the order is a tie.
import { fakeProvider } from '@pawl/core/testing';
import type { ModelRequest } from '@pawl/core';
import { expect, test } from 'vitest';
import { evaluate } from './world.ts';

const ids = Array.from({ length: 60 }, (_, index) => `c${index}`);
const suite = (
  words: string,
  pairwise = '{type: pairwise, value: the kinder one, provider: openai:chat:judge, metric: kinder}',
) =>
  `prompts: ['${words} {{mail}}']
providers: ['openai:chat:small']
tests:
${ids.map((id) => `  - {vars: {mail: ${id}}, assert: [{type: contains, value: ${id}}, ${pairwise}]}`).join('\n')}
`;

const textOf = ({ messages }: ModelRequest): string => messages.map(({ content }) => String(content)).join('\n');

/** Answers with what it was told; as a judge it takes the answer that says "kindly", or always the first. */
const model = (judge: 'fair' | 'first') =>
  fakeProvider((request) => {
    const text = textOf(request);
    if (request.model !== 'judge') return `I do ${text}`;
    if (judge === 'first') return '0';
    return String(
      [...text.matchAll(/begin answer (\d)>>>\n([^\n]*)/g)].find(([, , said]) => said?.includes('kindly'))?.[1] ?? 0,
    );
  });

async function run(after: string, before: string, judge: 'fair' | 'first') {
  const path = 'suite.yaml';
  const provider = model(judge);
  const outcome = await evaluate({
    files: { [path]: suite(after) },
    commits: { old: { [path]: suite(before) } },
    provider,
    inputs: { prompt: path, baseline: 'old', 'base-url': 'http://model.example/v1' },
  });
  return { ...outcome, judged: provider.requests.filter(({ model: asked }) => asked === 'judge').length };
}

test('answers that the judge prefers in both orders are better than the baseline, which ties with itself', async () => {
  const { run: stored, report, judged } = await run('Kindly: kindly', 'Do', 'fair');
  expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(stored?.metrics['score/kinder']).toMatchObject({ value: 1, baseline: 0.5, difference: 0.5, n: 60 });
  // Both orders of sixty answers; the baseline's own are equal to themselves.
  expect(judged).toBe(120);
});

test('answers that it likes less are worse, in every case', async () => {
  const { run: stored } = await run('Do', 'Kindly: kindly', 'fair');
  expect(stored?.metrics['score/kinder']).toMatchObject({ value: 0, baseline: 0.5 });
});

test('a judge that always takes the first makes ties, and no difference', async () => {
  const { run: stored } = await run('Kindly: kindly', 'Do', 'first');
  expect(stored?.metrics['score/kinder']).toMatchObject({ value: 0.5, baseline: 0.5, difference: 0 });
});

test('equal answers are a tie that nobody is asked about', async () => {
  const { run: stored, judged } = await run('Do', 'Do', 'fair');
  expect(stored?.metrics['score/kinder']?.value).toBe(0.5);
  expect(judged).toBe(0);
});

test('without a baseline there is nothing to compare with, which is an error and no pass', async () => {
  const { report } = await evaluate({
    files: { 'suite.yaml': suite('Do').replaceAll('{type: contains, value: c1}, ', '') },
    provider: model('fair'),
    inputs: { prompt: 'suite.yaml', baseline: 'none', 'base-url': 'http://model.example/v1' },
  });
  expect(report.verdict).not.toBe('pass');
});
