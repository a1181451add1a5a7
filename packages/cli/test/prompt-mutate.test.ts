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

test('what it will take is told before anybody is asked, held against the budget, and comes true', async () => {
  await using repo = await gitRepo({ [file]: prompt });
  await using model = await loopbackOpenAi({ answer: () => 'spam' });
  const prices = ['--price-prompt', '1000', '--price-completion', '1000', '--limit', '3'];
  const mutate = (...more: readonly string[]) =>
    pawlIn(repo, 'prompt', 'mutate', 'sort', '--base-url', model.baseUrl, ...more);
  const dry = await mutate('--dry-run', '--limit', '3');

  expect(dry.code).toBe(0);
  expect(dry.err).toMatch(
    /^Plan: 3 breakages × 60 cases: 240 calls to make, 0 answers recorded; price unknown; finds a loss of [\d.]+ points\.$/m,
  );
  expect(model.requests).toHaveLength(0);
  const { err } = await mutate('--limit', '3');
  expect(err.match(/Plan: /g)).toHaveLength(1);
  expect(err).toContain('240 calls to make');
  expect(model.requests).toHaveLength(240);
  // All is recorded: there is nothing to plan, and nothing to pay.
  expect((await mutate('--max-cost-usd', '0', ...prices)).err).not.toContain('Plan');
  expect(model.requests).toHaveLength(240);
});

test('a budget is for all breakages together', async () => {
  await using repo = await gitRepo({
    [file]: `${prompt.replace('model: small', 'model: small\nmodelParameters: {maxTokens: 1}')}`,
  });
  await using model = await loopbackOpenAi({ answer: () => 'spam' });
  const prices = ['--price-prompt', '1000', '--price-completion', '1000'];
  const mutate = (...more: readonly string[]) =>
    pawlIn(repo, 'prompt', 'mutate', 'sort', '--base-url', model.baseUrl, ...prices, ...more);
  const told = await mutate('--dry-run', '--json');
  const { plan, mutations } = JSON.parse(told.out) as { plan: { costUsd: number }; mutations: readonly object[] };
  const { code, err } = await mutate('--max-cost-usd', String(plan.costUsd / 2));

  expect(mutations.length).toBeGreaterThan(3);
  expect(code).toBe(2);
  expect(err).toMatch(
    /The plan takes about \$[\d.]+, and --max-cost-usd is \$[\d.]+: nothing was asked\.\n +It bears --limit \d/,
  );
  expect(model.requests).toHaveLength(0);
});

test('what the breakages cost is counted against one budget', async () => {
  // How long answers are is not known before: the first is borne, and what is left bears no other.
  await using repo = await gitRepo({ [file]: prompt });
  await using model = await loopbackOpenAi({ answer: () => 'spam' });
  const budget = ['--price-prompt', '0.000001', '--price-completion', '1000000', '--max-cost-usd', '150'];
  const { code, out } = await pawlIn(
    repo,
    'prompt',
    'mutate',
    'sort',
    '--base-url',
    model.baseUrl,
    '--limit',
    '3',
    ...budget,
  );

  expect(code).toBe(3);
  expect(out).toContain('2 could not be tried');
  expect(model.requests).toHaveLength(120);
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

test('Python that the suite names is refused once, as "pawl eval" refuses it, and not once for each breakage', async () => {
  const python = suite.replace('[{equals: spam}]', '[{python: "\'spam\' in output"}]');
  await using repo = await gitRepo({ [file]: prompt, 'evals/sorting.eval.yml': python });
  const mutate = [
    'prompt',
    'mutate',
    'sort',
    '--suite',
    'evals/sorting.eval.yml',
    '--base-url',
    'http://127.0.0.1:1/v1',
  ];
  const { code, out } = await pawlIn(repo, ...mutate, '--json');

  expect(code).toBe(2);
  expect(JSON.parse(out)).toMatchObject({
    problems: [
      {
        code: 'PYTHON_NOT_ALLOWED',
        message: 'The suite runs Python, which nobody has allowed.',
        hint: expect.stringContaining('--allow-python'),
        file: 'evals/sorting.eval.yml',
        line: 4,
      },
    ],
  });
});
