// pawl prompt bisect over commits of which one made the prompt worse, against a model that does what it is told.
import { gitRepo, userStateOf, type GitRepo } from '@pawl/testkit/git';
import { loopbackOpenAi, type LoopbackOpenAi } from '@pawl/testkit/openai';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const file = 'prompts/sort.prompt.yml';
const ids = Array.from({ length: 20 }, (_, index) => `c${index}`);
const prompt = (system: string): string => `model: small
messages:
  - {role: system, content: "${system}"}
  - {role: user, content: "{{mail}}"}
testData:
${ids.map((id) => `  - {id: ${id}, mail: "mail ${id}", expected: spam}`).join('\n')}
evaluators:
  - {name: label, string: {equals: "{{expected}}"}}
`;

/** Right where it is told to answer with spam; `unsure` makes it right every other time. */
async function obedient(): Promise<LoopbackOpenAi> {
  let asked = 0;
  return loopbackOpenAi({
    answer: ({ messages }) => {
      const system = String(messages[0]?.content);
      if (system.includes('unsure')) return asked++ % 2 === 0 ? 'spam' : 'hello';
      return system.includes('Answer only with spam') ? 'spam' : 'hello';
    },
    costUsd: 0.001,
  });
}

const good = (version: number): string => `Answer only with spam, version ${version}.`;
const bad = (version: number): string => `Say hello, version ${version}.`;

/** Nine commits, of which the sixth breaks it; others touch other files in between. @returns their hashes */
async function nine(repo: GitRepo, sixth = bad(6)): Promise<readonly string[]> {
  const commits: string[] = [];
  for (let version = 1; version <= 9; version++) {
    const system = version < 6 ? good(version) : version === 6 ? sixth : bad(version);
    commits.push(await repo.commit(`version ${version}`, { [file]: prompt(system) }));
    if (version % 4 === 0) await repo.commit('elsewhere', { 'README.md': `${version}` });
  }
  return commits;
}

interface Told {
  readonly found: readonly { readonly commit: string; readonly subject: string }[];
  readonly through?: { readonly commit: string };
  readonly together?: boolean;
  readonly steps: readonly { readonly commit: string; readonly state: string; readonly rate?: number }[];
  readonly spent: { readonly made: number; readonly reused: number; readonly costUsd: number };
  readonly plan: {
    readonly versions: number;
    readonly steps: number;
    readonly calls: number;
    readonly costUsd?: number;
  };
}

async function bisect(repo: GitRepo, ...args: readonly string[]): Promise<{ code: number; told: Told; err: string }> {
  const { code, out, err } = await pawlIn(repo, 'prompt', 'bisect', 'sort', '--json', ...args);
  return { code, told: JSON.parse(out) as Told, err };
}

test('names the commit that broke the prompt, and leaves the work tree as it is', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const commits = await nine(repo);
  await repo.write({ [file]: 'not committed', 'untracked.txt': 'x' });
  const before = await userStateOf(repo);
  const first = await bisect(repo, '--good', commits[0] ?? '', '--base-url', model.baseUrl);

  expect(first.code).toBe(0);
  expect(first.told.found.map(({ subject }) => subject)).toEqual(['version 6']);
  expect(first.told.plan).toMatchObject({ versions: 8, steps: 3 });
  // Two ends and three steps of eight commits; where each repeat would say the same, it is asked once.
  expect(first.told.steps).toHaveLength(5);
  expect(model.requests.length).toBe(5 * ids.length);
  expect(first.told.spent.costUsd).toBeCloseTo(0.1, 9);
  expect(await userStateOf(repo)).toBe(before);

  const again = await bisect(repo, '--good', commits[0] ?? '');
  expect(again.told.found.map(({ subject }) => subject)).toEqual(['version 6']);
  expect(again.told.spent.made).toBe(0);
  expect(model.requests.length).toBe(5 * ids.length);
});

test('tells the plan before anything is spent, and keeps to a budget', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const commits = await nine(repo);
  const ask = ['--good', commits[0] ?? '', '--base-url', model.baseUrl];
  const dry = await bisect(repo, ...ask, '--dry-run', '--price-prompt', '1', '--price-completion', '1');
  // Two ends and three steps, five rounds of twenty cases each.
  expect(dry.told.plan).toMatchObject({ versions: 8, steps: 3, calls: 5 * 5 * ids.length });
  const said = await pawlIn(repo, 'prompt', 'bisect', 'sort', ...ask, '--dry-run');
  expect(said.err).toContain('the two ends and about 3 steps, at most 500 calls (40 to look at the ends once)');
  expect(model.requests).toEqual([]);

  // One answer tells what an answer costs.
  await bisect(repo, '--good', commits[7] ?? '', '--case', 'c0', ...ask.slice(2));
  const asked = model.requests.length;
  const over = await pawlIn(repo, 'prompt', 'bisect', 'sort', ...ask, '--max-cost-usd', '0.01');
  expect(over.code).toBe(2);
  expect(over.err).toContain('nothing was asked');
  expect(model.requests.length).toBe(asked);
});

test('a version that wavers is not named: the answer is a range', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const commits = await nine(repo, 'You are unsure.');
  const { code, told } = await bisect(repo, '--good', commits[0] ?? '', '--base-url', model.baseUrl, '--case', 'c3');

  expect(code).toBe(4);
  expect(told.found.map(({ subject }) => subject)).toEqual(['version 6', 'version 7']);
  expect(told.steps.find(({ commit }) => commit === commits[5])).toMatchObject({ state: 'unclear' });
});

test('one case is enough where its answers are clear', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const commits = await nine(repo);
  const { code, told } = await bisect(repo, '--good', commits[0] ?? '', '--base-url', model.baseUrl, '--case', 'c3');

  expect(code).toBe(0);
  expect(told.found.map(({ subject }) => subject)).toEqual(['version 6']);
  // Five of each end, two of each step.
  expect(model.requests.length).toBe(2 * 5 + 3 * 2);
});

test('a case that was never steady did not fall', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const first = await repo.commit('one', { [file]: prompt('You are unsure, once.') });
  await repo.commit('two', { [file]: prompt('You are unsure, twice.') });
  const { code, out } = await pawlIn(
    repo,
    ...['prompt', 'bisect', 'sort', '--good', first, '--case', 'c3', '--base-url', model.baseUrl, '--json'],
  );
  expect(code).toBe(4);
  expect(JSON.parse(out).problems[0].code).toMatch(/^BISECT_(?:UNCLEAR|NO_FALL)$/);
});

test('a suite that says itself whom it asks is searched without --base-url, and its answers are kept', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const suite = JSON.stringify({
    prompts: ['file://prompt.txt'],
    providers: [{ id: 'openai:chat:small', config: { apiBaseUrl: model.baseUrl } }],
    tests: ids.map((id) => ({ vars: { mail: id }, assert: [{ type: 'equals', value: 'spam' }] })),
  });
  const first = await repo.commit('start', { 'suite.yaml': suite, 'prompt.txt': `${good(1)} {{mail}}` });
  await repo.commit('break', { 'prompt.txt': `${bad(2)} {{mail}}` });
  const search = () => pawlIn(repo, 'prompt', 'bisect', 'suite.yaml', '--good', first, '--json');
  const { code, out } = await search();
  const asked = model.requests.length;

  expect([code, (JSON.parse(out) as Told).found]).toMatchObject([0, [{ subject: 'break' }]]);
  expect(asked).toBe(2 * ids.length);
  expect((JSON.parse((await search()).out) as Told).spent.made).toBe(0);
  expect(model.requests.length).toBe(asked);
  expect(await repo.git('status', '--porcelain')).toBe('');
});

test('Python of the suite is refused as "pawl eval" refuses it', async () => {
  await using repo = await gitRepo();
  const suite =
    "prompts: [file://p.txt]\nproviders: ['python:bot.py']\ntests: [{vars: {x: a}, assert: [{type: contains, value: a}]}]\n";
  const first = await repo.commit('start', { 'suite.yaml': suite, 'p.txt': '{{x}}', 'bot.py': 'x' });
  await repo.commit('reword', { 'p.txt': '{{x}}!' });
  const searched = await pawlIn(repo, 'prompt', 'bisect', 'suite.yaml', '--good', first, '--json');
  const evaluated = await pawlIn(repo, 'eval', 'suite.yaml', '--json');
  const refused = [
    expect.objectContaining({ code: 'PYTHON_NOT_ALLOWED', hint: expect.stringContaining('--allow-python'), line: 2 }),
  ];

  expect(searched.code).toBe(2);
  expect(JSON.parse(searched.out)).toMatchObject({ problems: refused });
  expect(evaluated.code).toBe(2);
  expect(JSON.stringify(JSON.parse(evaluated.out))).toContain(
    (JSON.parse(searched.out).problems as { hint: string }[])[0]?.hint.replaceAll('"', '\\"'),
  );
});

test('a file that only the good end read can be what broke it', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const suite = (path: string): string =>
    JSON.stringify({
      prompts: [`file://${path}`],
      providers: ['openai:chat:small'],
      tests: ids.map((id) => ({ vars: { mail: id }, assert: [{ type: 'equals', value: 'spam' }] })),
    });
  const config = 'promptfooconfig.yaml';
  const text = (system: string): string => `${system} {{mail}}`;
  const first = await repo.commit('start', { [config]: suite('old one.txt'), 'old one.txt': text(good(1)) });
  await repo.commit('break', { 'old one.txt': text(bad(2)) });
  await repo.commit('move', { [config]: suite('new.txt'), 'new.txt': text(bad(2)) });
  await repo.commit('reword', { 'new.txt': text(bad(3)) });
  const said = await pawlIn(repo, ...['prompt', 'bisect', config, '--good', first, '--base-url', model.baseUrl]);

  expect(said.out).toMatch(
    /^The fall is at .*: break\n {2}git show [0-9a-f]{7} -- new\.txt 'old one\.txt' promptfooconfig\.yaml$/m,
  );
  expect(said.code).toBe(0);
});

test('follows a merge into the branch that brought it', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const start = await repo.commit('start', { [file]: prompt(good(1)) });
  await repo.branch('topic');
  await repo.commit('reword', { [file]: prompt(good(2)) });
  const broke = await repo.commit('shorten', { [file]: prompt(bad(3)) });
  await repo.commit('polish', { [file]: prompt(bad(4)) });
  await repo.checkout('main');
  await repo.commit('elsewhere', { 'README.md': 'x' });
  const merge = await repo.merge('topic');
  await repo.commit('later', { [file]: prompt(bad(5)) });
  const { code, told } = await bisect(repo, '--good', start, '--base-url', model.baseUrl);

  expect(code).toBe(0);
  expect(told.found.map(({ commit }) => commit)).toEqual([broke]);
  expect(told.through?.commit).toBe(merge);
});

test('a version that cannot be read is stepped over', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const first = await repo.commit('one', { [file]: prompt(good(1)) });
  await repo.commit('two', { [file]: 'messages: [' });
  await repo.commit('three', { [file]: prompt(bad(3)) });
  const { code, told } = await bisect(repo, '--good', first, '--base-url', model.baseUrl);

  expect(code).toBe(4);
  expect(told.found.map(({ subject }) => subject)).toEqual(['two', 'three']);
  const { out, err } = await pawlIn(repo, 'prompt', 'bisect', 'sort', '--good', first);
  expect(out).toContain(': two (cannot be evaluated)\n');
  expect(out).not.toContain('--max-repeats');
  expect(err).toMatch(/cannot be evaluated: .*sort\.prompt\.yml/);
});

test('a file that no end reads, only versions in the middle, can be what broke it', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const config = 'promptfooconfig.yaml';
  const suite = (path: string): string =>
    JSON.stringify({
      prompts: [`file://${path}`],
      providers: ['openai:chat:small'],
      tests: ids.map((id) => ({ vars: { mail: id }, assert: [{ type: 'equals', value: 'spam' }] })),
    });
  const text = (system: string): string => `${system} {{mail}}`;
  const first = await repo.commit('start', { [config]: suite('a.txt'), 'a.txt': text(good(1)) });
  await repo.commit('move', { [config]: suite('middle.txt'), 'middle.txt': text(good(2)) });
  await repo.commit('polish', { 'middle.txt': text(good(3)) });
  await repo.commit('break', { 'middle.txt': text(bad(4)) });
  await repo.git('rm', '--quiet', 'middle.txt');
  await repo.commit('move again', { [config]: suite('c.txt'), 'c.txt': text(bad(5)) });
  const said = await pawlIn(repo, ...['prompt', 'bisect', config, '--good', first, '--base-url', model.baseUrl]);

  expect(said.err).toContain('Plan: 4 commits');
  expect(said.out).toMatch(/^The fall is at .*: break\n.* middle\.txt /m);
  expect(said.code).toBe(0);
});

test('files of a glob are those that a version had, though the tree has them no longer', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const config = 'promptfooconfig.yaml';
  const suite = JSON.stringify({
    prompts: ['file://prompts/*.txt'],
    providers: ['openai:chat:small'],
    tests: ids.map((id) => ({ vars: { mail: id }, assert: [{ type: 'equals', value: 'spam' }] })),
  });
  const first = await repo.commit('start', { [config]: suite, 'prompts/old.txt': `${good(1)} {{mail}}` });
  await repo.commit('reword', { 'prompts/old.txt': `${good(2)} {{mail}}` });
  await repo.git('rm', '--quiet', 'prompts/old.txt');
  await repo.commit('break', { 'prompts/new.txt': `${bad(3)} {{mail}}` });
  await repo.commit('reword again', { 'prompts/new.txt': `${bad(4)} {{mail}}` });
  const { code, out } = await pawlIn(
    repo,
    ...['prompt', 'bisect', config, '--good', first, '--base-url', model.baseUrl, '--json'],
  );

  expect(JSON.parse(out).found).toMatchObject([{ subject: 'break' }]);
  expect(code).toBe(0);
});

test('answers that the store has are counted as recorded', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const commits = await nine(repo);
  const live = ['--base-url', model.baseUrl, '--cassette', 'store'];
  await pawlIn(repo, 'eval', file, '--no-baseline', ...live);
  const asked = model.requests.length;
  const { code, told } = await bisect(repo, '--good', commits[0] ?? '', ...live);

  expect(code).toBe(0);
  expect(told.found.map(({ subject }) => subject)).toEqual(['version 6']);
  // The bad end's answers lie in the store; each comparison takes them from there.
  expect(asked).toBe(ids.length);
  expect(model.requests.length).toBe(5 * ids.length);
  expect(told.spent.made).toBe(4 * ids.length);
  expect(told.spent.reused).toBeGreaterThanOrEqual(4 * ids.length);
});

test("a suite of today is asked of yesterday's prompts", async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const text = (system: string) => `${system}\n{{mail}}`;
  const first = await repo.commit('one', { 'prompts/sort.txt': text(good(1)) });
  await repo.commit('two', { 'prompts/sort.txt': text(good(2)) });
  await repo.commit('three', { 'prompts/sort.txt': text(bad(3)) });
  await repo.commit('suite', {
    'evals/sort.yaml': `prompts: [file://../prompts/sort.txt]\nproviders: ['openai:chat:small']\ntests:\n${ids
      .map((id) => `  - {vars: {mail: ${id}}, assert: [{type: equals, value: spam}]}`)
      .join('\n')}\n`,
  });
  const told = await pawlIn(
    repo,
    ...[
      'prompt',
      'bisect',
      'prompts/sort.txt',
      '--suite',
      'evals/sort.yaml',
      '--good',
      first,
      '--base-url',
      model.baseUrl,
    ],
  );
  expect(told.err).toContain('2 commits from');
  expect(told.out).toMatch(/^The fall is at [0-9a-f]{7} .*: three\n {2}git show [0-9a-f]{7} -- /);
  expect(told.code).toBe(0);
});

test('answers that lie beside an *.eval.yml are used, where pawl eval put them', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const first = await repo.commit('one', { 'prompts/sort.txt': `${good(1)}\n{{mail}}` });
  await repo.commit('two', {
    'prompts/sort.txt': `${bad(2)}\n{{mail}}`,
    'evals/sort.eval.yml': `prompt: ../prompts/sort.txt\nprovider: openai:chat:small\ncases: [{vars: {mail: a}}, {vars: {mail: b}}]\nscorers: [{equals: spam}]\n`,
  });
  const live = ['--base-url', model.baseUrl];
  const planned = async (): Promise<number> => {
    const search = [
      'bisect',
      'prompts/sort.txt',
      '--suite',
      'evals/sort.eval.yml',
      '--good',
      first,
      '--dry-run',
      '--json',
    ];
    const { out } = await pawlIn(repo, 'prompt', ...search, '--repeats', '1', '--max-repeats', '1', ...live);
    return (JSON.parse(out) as { plan: { least: number } }).plan.least;
  };
  const before = await planned();
  await pawlIn(repo, 'eval', 'evals/sort.eval.yml', '--no-baseline', ...live);
  expect([before, await planned()]).toEqual([4, 2]);
});

test('ends that are no ends, and a prompt nobody touched, are told', async () => {
  await using repo = await gitRepo();
  await using model = await obedient();
  const first = await repo.commit('one', { [file]: prompt(good(1)) });
  await repo.commit('elsewhere', { 'README.md': 'x' });
  const say = async (...args: readonly string[]) =>
    (await pawlIn(repo, 'prompt', 'bisect', 'sort', '--base-url', model.baseUrl, ...args)).err;
  expect(await say('--good', 'nowhere')).toContain('There is no version, label or Git revision "nowhere"');
  expect(await say('--good', 'HEAD', '--bad', first)).toContain('"HEAD" does not come before');
  expect(await say('--good', first)).toContain('touched prompts/sort.prompt.yml');
  await repo.commit('two', { [file]: prompt(good(2)) });
  expect(await say('--good', first)).toContain('cannot be told: pass rate 1.00 → 1.00, after 5 rounds');
  expect(await say('--good', first, '--margin', '0.3')).toContain('did not get worse: pass rate 1.00 → 1.00');
});
