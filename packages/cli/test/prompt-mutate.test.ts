// pawl prompt mutate against a model that does what it is told: a suite notices what changes answers, and nothing else.
import { gitRepo } from '@pawl/testkit/git';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const file = 'prompts/sort.prompt.yml';
const cases = Array.from(
  { length: 60 },
  (_, index) => `  - {id: c${index}, mail: "mail ${index}", expected: spam}`,
).join('\n');
const prompt = `model: small
messages:
  - {role: system, content: "Answer only with spam. Thank you."}
  - {role: user, content: "{{mail}}"}
testData:
${cases}
evaluators:
  - {name: label, string: {equals: "{{expected}}"}}
`;

test('tells the breakages that the suite notices from those that it lets through', async () => {
  await using repo = await gitRepo({ [file]: prompt });
  await using model = await loopbackOpenAi({
    answer: ({ messages }) =>
      messages.some(({ content }) => content.includes('Answer only with spam')) ? 'spam' : 'hello',
  });
  const { code, out } = await pawlIn(repo, 'prompt', 'mutate', 'sort', '--base-url', model.baseUrl, '--json');
  expect(code).toBe(0);
  const told = JSON.parse(out) as { noticed: number; mutations: readonly { id: string; verdict: string }[] };
  const verdictOf = (id: string): string | undefined => told.mutations.find((mutation) => mutation.id === id)?.verdict;
  expect(verdictOf('drop-sentence-1')).toBe('fail');
  expect(verdictOf('negate-1')).toBe('fail');
  // Sixty cases settle little; what matters is that nobody is alarmed.
  expect(verdictOf('drop-sentence-2')).not.toBe('fail');
  expect(told.noticed).toBe(told.mutations.filter(({ verdict }) => verdict === 'fail').length);
  expect(await repo.git('for-each-ref', 'refs/pawl')).toBe('');
});

test('a model that cannot be asked has shown nothing', async () => {
  await using repo = await gitRepo({ [file]: prompt });
  const { code, out } = await pawlIn(
    repo,
    'prompt',
    'mutate',
    'sort',
    '--base-url',
    'http://127.0.0.1:1/v1',
    '--limit',
    '1',
  );
  expect(code).toBe(3);
  expect(out).toContain('1 could not be tried');
});

const suite = `name: sorting
prompt: ../${file}
cases: [${Array.from({ length: 60 }, (_, index) => `{id: c${index}, vars: {mail: "mail ${index}"}}`).join(', ')}]
scorers: [{equals: spam}]
`;

test('a prompt whose cases lie in a suite is broken and judged by that suite', async () => {
  await using repo = await gitRepo({
    [file]: prompt.slice(0, prompt.indexOf('testData:')),
    'evals/sorting.eval.yml': suite,
    'evals/other.eval.yml': suite.replace(`../${file}`, '"Is {{mail}} spam?"\nprovider: openai:chat:small'),
  });
  await using model = await loopbackOpenAi({
    answer: ({ messages }) =>
      messages.some(({ content }) => content.includes('Answer only with spam')) ? 'spam' : 'hello',
  });
  const mutate = (name: string, ...more: readonly string[]) =>
    pawlIn(repo, 'prompt', 'mutate', 'sort', '--suite', `evals/${name}.eval.yml`, '--base-url', model.baseUrl, ...more);
  const { code, out } = await mutate('sorting', '--json');

  expect(code).toBe(0);
  const { noticed, mutations } = JSON.parse(out) as { noticed: number; mutations: readonly Record<string, string>[] };
  expect(mutations.find(({ id }) => id === 'drop-sentence-1')?.['verdict']).toBe('fail');
  expect(noticed).toBeGreaterThan(2);
  const other = await mutate('other', '--limit', '1');
  expect(other.code).toBe(2);
  expect(other.err).toContain('does not read prompts/sort.prompt.yml');
});

test('what a judge without a certificate sees is let through, and not called noticed', async () => {
  const judged = `${prompt.slice(0, prompt.indexOf('evaluators:'))}evaluators:
  - {name: kind, llm: {modelId: judge, prompt: "Spam? {{completion}}", choices: [{choice: "yes", score: 1}, {choice: "no", score: 0}]}}
`;
  await using repo = await gitRepo({ [file]: judged });
  await using model = await loopbackOpenAi({
    answer: ({ messages }) => {
      const texts = messages.map(({ content }) => content).join(' ');
      if (texts.includes('Spam?')) return texts.includes('right!') ? 'yes' : 'no';
      return texts.includes('Answer only with spam') ? 'right!' : 'hello';
    },
  });
  const { out } = await pawlIn(repo, 'prompt', 'mutate', 'sort', '--base-url', model.baseUrl, '--limit', '1');

  expect(out).toContain('let through');
  expect(out).toContain('fail (advisory)');
  expect(out).toContain('0 of 1 breakage is noticed.');
});
