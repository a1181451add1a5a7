// Answers kept with the runs: nothing to commit, nothing asked twice, and a clone without a key replays them.
import { bareRemote, cloneOf, gitRepo } from '@pawl/testkit/git';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import { expect, test } from 'vitest';
import { pawlIn, type Folder } from './pawl-in.ts';

const file = 'prompts/sort.prompt.yml';
const prompt = (last: number): string => `model: small
messages: [{role: user, content: "{{mail}}"}]
testData:
${Array.from({ length: 40 }, (_, index) => `  - {id: c${index}, mail: "mail ${index === 39 ? last : index}", expected: spam}`).join('\n')}
evaluators:
  - {name: label, string: {equals: "{{expected}}"}}
x-pawl: {threshold: 0.5}
`;

test('the store has what earlier runs were answered; what is new is asked, and a fork replays', async () => {
  await using remote = await bareRemote();
  await using repo = await gitRepo({ [file]: prompt(39) });
  await repo.publishTo(remote);
  await using model = await loopbackOpenAi({ answer: () => 'spam', apiKey: 'sk-secret' });
  const at = (path: string, environment: Folder['environment']): Folder => ({ path, environment });
  const keyed = at(repo.path, { ...repo.environment, OPENAI_API_KEY: 'sk-secret' });
  const live = ['eval', file, '--no-baseline', '--cassette', 'store', '--base-url', model.baseUrl];

  expect((await pawlIn(keyed, ...live)).code).toBe(0);
  expect(model.requests).toHaveLength(40);
  expect(await repo.git('status', '--porcelain')).toBe('');
  await repo.write({ [file]: prompt(100) });
  expect((await pawlIn(keyed, ...live)).code).toBe(0);
  expect(model.requests).toHaveLength(41);

  await repo.commit('new mail');
  await repo.git('push', '--quiet', 'origin', 'main');
  await using clone = await cloneOf(remote);
  const replay = await pawlIn(
    at(clone.path, clone.environment),
    'eval',
    file,
    '--no-baseline',
    '--no-store',
    '--cassette',
    'store',
  );
  expect(replay.err + replay.out).toContain('40 of 40');
  expect(replay.code).toBe(0);
  expect(model.requests).toHaveLength(41);
  const shown = await pawlIn(keyed, 'run', 'list', '--json');
  expect(shown.out).not.toContain('sk-secret');
});

test('a suite with a name of its own finds the recordings of its runs', async () => {
  await using model = await loopbackOpenAi({ answer: () => 'spam' });
  const suite = `name: sorting
prompt: "{{mail}}"
provider: {id: openai:chat:small, base-url: "${model.baseUrl}"}
cases: [{vars: {mail: a}}, {vars: {mail: b}}]
scorers: [{equals: spam}]
policy: {threshold: 0.5, min-cases: 1}
`;
  await using repo = await gitRepo({ 'mails.eval.yml': suite });
  const evaluate = ['eval', 'mails.eval.yml', '--no-baseline', '--cassette', 'store'];

  expect((await pawlIn(repo, ...evaluate)).code).toBe(0);
  const replay = await pawlIn(repo, ...evaluate, '--record', 'none');

  expect(replay.err + replay.out).toContain('2 of 2 answers reused');
  expect(replay.code).toBe(0);
  expect(model.requests).toHaveLength(2);
});

test('without a recording in the store, and nobody to ask, nothing is judged', async () => {
  await using repo = await gitRepo({ [file]: prompt(39) });
  const said = await pawlIn(repo, 'eval', file, '--no-baseline', '--no-store', '--cassette', 'store');
  expect(said.code).toBe(2);
  expect(said.err + said.out).toContain('There is no cassette "store"');
});
