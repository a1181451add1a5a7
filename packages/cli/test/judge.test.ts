// pawl judge calibrate against an endpoint on this machine: labels in, a certificate out.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { loopbackOpenAi, type LoopbackOpenAi } from '@pawl/testkit/openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

let repo: GitRepo;
let endpoint: LoopbackOpenAi;
beforeEach(async () => {
  repo = await gitRepo();
  endpoint = await loopbackOpenAi({
    answer: ({ messages, model }) => {
      if (model === 'mute') return 'well';
      const asked = messages.at(-1)?.content ?? '';
      return `{"reason": "It ${asked.includes('thanks') ? 'thanks' : 'does not thank'}.", "pass": ${asked.includes('thanks')}}`;
    },
  });
  await writeFile(join(repo.path, 'mail.yaml'), suite);
  await writeFile(join(repo.path, 'mail.labels.jsonl'), labels(60));
});
afterEach(async () => {
  await endpoint[Symbol.asyncDispose]();
  await repo[Symbol.asyncDispose]();
});

const suite = `prompts: ['Answer: {{mail}}']
providers: [echo]
tests:
  - vars: {mail: hello, tone: polite}
    assert:
      - {type: llm-rubric, value: 'is {{tone}}', metric: manners}
      - {type: contains, value: x}
`;

const labels = (count: number): string =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({
      output: `${at % 2 === 0 ? 'thanks' : 'no'} ${at}`,
      vars: { tone: 'polite', mail: `mail ${at}` },
      label: at % 2 === 0 ? 'pass' : 'fail',
      author: 'human',
      at: '2026-01-31',
    }),
  ).join('\n');

const calibrate = (...more: readonly string[]) =>
  pawlIn(repo, 'judge', 'calibrate', 'mail.yaml', '--labels', 'mail.labels.jsonl', ...more);

describe('pawl judge calibrate', () => {
  test('writes a certificate, and asks nobody twice', async () => {
    const first = await calibrate('--model', 'judge-1', '--base-url', endpoint.baseUrl);
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('It may decide verdicts.') });
    expect(endpoint.problems).toEqual([]);
    expect(endpoint.requests).toHaveLength(180);
    expect(endpoint.requests[0]?.body.messages.at(-1)?.content).toContain('Rubric:\nis polite');
    const written = JSON.parse(await readFile(join(repo.path, 'mail.manners.judge.json'), 'utf8'));
    expect(written).toMatchObject({
      schema: 'pawl.judge-certificate/1',
      judge: { model: 'judge-1', type: 'llm-rubric' },
      labels: { n: 60, human: 60 },
      agreement: { kappa: 1 },
      selfConsistency: 1,
    });

    const again = await calibrate('--model', 'judge-1', '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out).certificate).toMatchObject({ judge: written.judge, labels: written.labels });
    expect(endpoint.requests).toHaveLength(180);
  });

  test('a judge that too few labels speak for stays advisory', async () => {
    await writeFile(join(repo.path, 'mail.labels.jsonl'), labels(12));
    const { code, out } = await calibrate('--model', 'judge-1', '--base-url', endpoint.baseUrl, '--judge', 'manners');
    expect(code).toBe(1);
    expect(out).toContain('It stays advisory: 12 of the 50 human labels that it takes');
  });

  test('an endpoint that never answers with a verdict takes no certificate away', async () => {
    await writeFile(join(repo.path, 'mail.manners.judge.json'), 'kept');
    const { code, err } = await calibrate('--model', 'mute', '--base-url', endpoint.baseUrl);
    expect(code).toBe(2);
    expect(err).toContain('The judge mute gave no verdict at all');
    expect(await readFile(join(repo.path, 'mail.manners.judge.json'), 'utf8')).toBe('kept');
  });

  test('the certificate goes where the suite says it lies', async () => {
    const suite = `name: mail
prompts: ['{{mail}}']
provider: echo
cases: [{id: a, vars: {mail: hello}}]
scorers: [{llm-rubric: is polite}]
judge: openai:chat:judge-1
certificate: judges/polite.json
`;
    await mkdir(join(repo.path, 'judges'));
    await writeFile(join(repo.path, 'judges/polite.json'), '{}');
    await writeFile(join(repo.path, 'mail.eval.yml'), suite);
    const given = ['--labels', 'mail.labels.jsonl', '--base-url', endpoint.baseUrl];
    const { code } = await pawlIn(repo, 'judge', 'calibrate', 'mail.eval.yml', ...given);
    expect(code).toBe(0);
    const written = JSON.parse(await readFile(join(repo.path, 'judges/polite.json'), 'utf8'));
    expect(written).toMatchObject({ labels: { human: 60 } });
  });

  test.each([
    ['no judge model', [], 'names no judge model'],
    ['a judge that is not there', ['--model', 'm', '--judge', 'maners'], 'Did you mean "manners"?'],
    ['no repeat at all', ['--model', 'm', '--repeats', '0'], 'Give a whole number from 1'],
    ['no labels', ['--model', 'm', '--labels', 'gone.jsonl'], 'There is no file "gone.jsonl"'],
  ])('with %s it says so', async (_, options, message) => {
    const { code, err } = await calibrate(...options);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
