// `pawl eval` on suites of any format: rows, promptfoo's output and exit code, several files.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const config = (value: string) =>
  `prompts: ['Hello {{name}}']\nproviders: [echo]\ntests:\n${['Ann', 'Bob']
    .map((name) => `  - vars: {name: ${name}}\n    assert: [{type: contains, value: ${value}, metric: greets}]\n`)
    .join('')}`;

let repo: GitRepo;
beforeAll(async () => {
  repo = await gitRepo({ 'promptfooconfig.yaml': config('Hello'), 'other.yaml': config('Ann') });
});
afterAll(() => repo[Symbol.asyncDispose]());

test('a promptfoo configuration is evaluated as it is, and --json has every answer', async () => {
  const { code, out } = await pawlIn(repo, 'eval', 'promptfooconfig.yaml', '--no-baseline', '--no-store', '--json');
  const { rows, headline } = JSON.parse(out);

  expect(code).toBe(4);
  expect(headline).toBe('first version, nothing to compare with: accuracy 1.00 on 2 cases, and no threshold is set');
  expect(rows).toMatchObject([
    { side: 'candidate', vars: { name: 'Ann' }, output: 'Hello Ann', pass: true, scores: { greets: 1 }, repeat: 0 },
    { vars: { name: 'Bob' }, assertions: [{ type: 'contains', value: 'Hello', pass: true }] },
  ]);
});

test('--format promptfoo ends with 0 or 100, and has the shape that scripts read', async () => {
  const good = await pawlIn(repo, 'eval', 'promptfooconfig.yaml', '--format', 'promptfoo', '--no-store');
  const bad = await pawlIn(repo, 'eval', 'other.yaml', '--format', 'promptfoo', '--no-store', '-o', 'out/results.json');

  expect(good.code).toBe(0);
  expect(JSON.parse(good.out)).toMatchObject({
    results: {
      version: 3,
      stats: { successes: 2, failures: 0, errors: 0 },
      prompts: [{ provider: 'echo', metrics: { testPassCount: 2, namedScores: { greets: 2 } } }],
    },
  });
  expect(bad.code).toBe(100);
  const written = JSON.parse(await readFile(join(repo.path, 'out/results.json'), 'utf8'));
  expect(written.results.results).toMatchObject([
    { testIdx: 0, promptIdx: 0, success: true, score: 1, failureReason: 0 },
    { testIdx: 1, success: false, failureReason: 1, gradingResult: { componentResults: [{ pass: false }] } },
  ]);
});

test('cases are chosen by name, asked several times and written one a line', async () => {
  const all = JSON.parse((await pawlIn(repo, 'eval', 'other.yaml', '--no-baseline', '--no-store', '--json')).out)
    .rows as readonly { id: string }[];
  const chosen = ['--case', all[1]?.id ?? '', '--repeat', '3', '--output', 'rows.jsonl'];
  await pawlIn(repo, 'eval', 'other.yaml', '--no-baseline', '--no-store', ...chosen);
  const lines = (await readFile(join(repo.path, 'rows.jsonl'), 'utf8')).trim().split('\n');

  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { id: all[1]?.id, repeat: 0, pass: false },
    { repeat: 1 },
    { repeat: 2 },
  ]);
});

test('a file of answers is JSON or its lines, of either shape, and no other format by its name', async () => {
  const alone = ['eval', 'other.yaml', '--no-baseline', '--no-store'];
  await pawlIn(repo, ...alone, '--format', 'promptfoo', '--output', 'theirs.jsonl');
  const lines = (await readFile(join(repo.path, 'theirs.jsonl'), 'utf8')).trim().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ testIdx: 0, gradingResult: {} });

  const refused = await pawlIn(repo, ...alone, '--output', 'answers.csv');
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('Give a .json or a .jsonl');
});

test('several suites are judged one after another, and the worst of them is the exit code', async () => {
  const threshold = ['--threshold', '0.9', '--min-cases', '1', '--no-baseline', '--no-store'];
  const { code, out } = await pawlIn(repo, 'eval', 'promptfooconfig.yaml', 'other.yaml', ...threshold);

  expect(code).toBe(1);
  expect(out).toMatch(/prompt-regression promptfooconfig {2}pass[\s\S]*prompt-regression other {2}fail/);
});
