import { expect, test } from 'vitest';
import { exitCodeOf } from '@pawl/core';
import { gateWorld } from './gate-world.ts';

const lines = (header: string, line: (row: number) => string): string =>
  `${header}\n${Array.from({ length: 200 }, (_, row) => `r${String(row).padStart(3, '0')},${line(row)}\n`).join('')}`;
const truth = (row: number): number => Math.sin(row * 12.9898) * 2;
const noisy = (row: number, noise: number): string => (truth(row) + noise * Math.sin(row * 78.233)).toFixed(4);
const numbers = (noise: number) =>
  lines('id,label,prediction', (row) => `${truth(row).toFixed(4)},${noisy(row, noise)}`);
const ranked = (noise: number) =>
  lines('id,label,query,score', (row) => `${truth(row) > 0.5 ? 1 : 0},q${row % 20},${noisy(row, noise)}`);

const files = {
  'a.csv': numbers(0.1),
  'b.csv': numbers(0.5),
  'ranked-a.csv': ranked(0.1),
  'ranked-b.csv': ranked(2),
  'x/other.gate.yml': 'name: other\ntask: classification\nmetrics: { accuracy: {} }\n',
};
const gate = (inputs: Record<string, string>) => gateWorld({ files }).gate(inputs);

test('a regression is judged by r2 and a ranking by ndcg, whatever policies lie about', async () => {
  const regression = await gate({ candidate: 'a.csv', baseline: 'b.csv', task: 'regression' });
  const ranking = await gate({ candidate: 'ranked-a.csv', baseline: 'ranked-b.csv', task: 'ranking' });

  expect(regression.run?.metrics).toMatchObject({ r2: { verdict: 'pass' }, mae: { direction: 'lower' }, rmse: {} });
  expect(regression.report.name).toBe('a');
  expect(ranking.run?.metrics).toMatchObject({ ndcg: { value: expect.any(Number) }, map: {}, mrr: {} });
  expect(ranking.report.name).toBe('ranked-a');
});

test('the run says that its policy is nobody’s file, and the command repeats it', async () => {
  const { report, run } = await gate({
    candidate: 'a.csv',
    baseline: 'b.csv',
    task: 'regression',
    metric: 'mae:0.1,r2',
  });
  const [policy] = run?.inputs ?? [];

  expect(policy).toEqual({ role: 'policy', digest: expect.stringMatching(/^sha256:/) });
  expect(run?.params).toMatchObject({ policy: 'inputs' });
  expect(report.footer.reproduce).toBe(
    'pawl gate --candidate a.csv --baseline b.csv --task regression --metric mae:0.1,r2',
  );
});

test('one file alone has nothing to be judged by, and a policy beside a task is one too many', async () => {
  const alone = await gate({ candidate: 'a.csv', task: 'regression' });
  const both = await gate({ candidate: 'a.csv', task: 'regression', policy: 'x/other.gate.yml' });

  expect(exitCodeOf(alone)).toBe(3);
  expect(alone.report.headline).toContain('nothing to judge by');
  expect(exitCodeOf(both)).toBe(2);
  expect(both.report.problems).toMatchObject([{ message: 'Both a policy and a task are given.' }]);
});
