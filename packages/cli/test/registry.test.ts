// pawl registry: versions, labels and what must hold before production moves, on temporary repositories.
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const good = { 'things.csv': 'id\n1\n2\n' };

describe('registry', () => {
  test('registers, labels, resolves and takes away, as Git tags', async () => {
    await using repo = await gitRepo(good);
    const pawl = (...args: readonly string[]) => pawlIn(repo, 'registry', ...args);
    expect(await pawl('list')).toMatchObject({ code: 0, out: expect.stringContaining('Nothing is registered yet.') });

    const head = (await repo.git('rev-parse', 'HEAD')).slice(0, 7);
    expect(await pawl('register', 'model', '--version', 'v1.0.0', '-m', 'The first')).toMatchObject({
      code: 0,
      out: `Registered model@v1.0.0 at ${head}.\n`,
    });
    await repo.commit('next');
    expect(await pawl('register', 'model')).toMatchObject({ out: expect.stringContaining('model@v1.0.1') });
    expect(await pawl('label', 'model@v1.0.0', 'staging')).toMatchObject({
      code: 0,
      out: 'staging of model is now v1.0.0.\n',
    });

    expect((await pawl('list')).out).toMatch(/^model +v1\.0\.0 +staging +.*The first$/m);
    expect(await pawl('resolve', 'model@staging')).toMatchObject({
      code: 0,
      out: expect.stringContaining('v1.0.0'),
    });
    expect(JSON.parse((await pawl('resolve', 'model@latest', '--json')).out)).toMatchObject({ version: 'v1.0.1' });
    const events = JSON.parse((await pawl('history', 'model', '--json')).out) as readonly { action: string }[];
    expect(events.map(({ action }) => action)).toEqual(['register', 'register', 'label']);
    expect((await repo.git('tag')).split('\n')).toEqual(['model#staging#1', 'model@v1.0.0', 'model@v1.0.1']);

    expect(await pawl('unlabel', 'model', 'staging')).toMatchObject({ code: 0 });
    expect(await pawl('resolve', 'model@staging')).toMatchObject({
      code: 2,
      err: 'error: "model@staging" is not registered.\n  "pawl registry list model" shows what is.\n',
    });
  });

  test.each([
    [['resolve', 'model'], '"model" names no version.', 'Write name@v1.2.3'],
    [['label', 'model', 'production'], '"model" names no version.', 'Write name@v1.2.3'],
    [['label', 'model@v9.0.0', 'production'], '"model@v9.0.0" is not registered.', 'pawl registry list model'],
    [['history', 'model'], 'Nothing was ever registered as "model".', 'pawl registry list'],
    [
      ['unlabel', 'model', 'production'],
      'No version of "model" has the label "production".',
      'pawl registry list model',
    ],
    [['archive', 'model@v9.0.0'], '"model@v9.0.0" is not registered.', 'pawl registry list model'],
    [['deprecate', 'model'], 'Nothing was ever registered as "model".', 'pawl registry list'],
    [['register', 'a name!'], '"a name!" cannot be a name in the registry.', 'Use letters'],
    [['register', 'model', '--version', '1.0'], '"1.0"', ''],
  ])('%j is refused with a remedy, and writes no tag', async (args, message, hint) => {
    await using repo = await gitRepo(good);
    const { code, out, err } = await pawlIn(repo, 'registry', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain(hint);
    expect(await repo.git('tag')).toBe('');
    const { problems } = JSON.parse((await pawlIn(repo, 'registry', ...args, '--json')).out);
    expect(problems).toHaveLength(1);
  });
});

describe('production', () => {
  let repo: GitRepo;
  const pawl = (...args: readonly string[]) => pawlIn(repo, 'registry', ...args);
  const file = 'prompts/triage.prompt.yml';
  const prompt = (answer: string) => `messages:
  - { role: user, content: 'Say {{input}}' }
model: echo
testData:
  - { input: ${answer}, expected: ${answer} }
evaluators:
  - { name: right, string: { equals: '{{expected}}' } }
`;
  beforeAll(async () => {
    repo = await gitRepo({ [file]: prompt('one') });
    await pawl('register', 'triage');
    await repo.commit('next', { [file]: prompt('two').replace('Say', 'Tell') });
    await pawl('register', 'triage');
  });
  afterAll(() => repo[Symbol.asyncDispose]());

  test('is refused as inconclusive while no gate has judged the version, with the way on', async () => {
    expect(await pawl('label', 'triage@v0.1.0', 'production')).toEqual({
      code: 4,
      out: '',
      err: expect.stringMatching(
        /^error: triage@v0\.1\.0 does not become production: no prompt-regression run has judged these bytes .*\n {2}.*--force --message WHY/,
      ),
    });
    expect(JSON.parse((await pawl('label', 'triage@latest', 'production', '--json')).out).problems).toMatchObject([
      { code: 'REGISTRY_GATE_MISSING' },
    ]);
    expect(await pawl('label', 'triage@v0.1.0', 'production', '--force')).toMatchObject({
      code: 2,
      err: expect.stringContaining('A label is not forced without a reason.'),
    });
    expect(await repo.git('tag', '--list', '*#*')).toBe('');
  });

  test('is forced on record: in the tag, in history, and in the store', async () => {
    const forced = await pawl('label', 'triage@v0.1.0', 'production', '--force', '-m', 'The first one');
    expect(forced).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^production of triage is now v0\.1\.0\.\nForced, although no prompt-regression run/),
    });
    expect(await repo.git('tag', '--list', '--format=%(contents)', 'triage#production#1')).toMatch(
      /^The first one\n\nPawl-Forced: no prompt-regression run has judged these bytes/,
    );
    expect((await pawl('history', 'triage')).out).toMatch(
      /label +v0\.1\.0 +production .*triage#production#1 +forced$/m,
    );
    const refs = (await repo.git('for-each-ref', '--format=%(refname)', 'refs/pawl/inbox')).split('\n');
    expect(refs).toHaveLength(1);
    expect(await repo.git('ls-tree', '-r', '--name-only', refs[0] ?? '')).toContain('ops/');
    expect(await pawl('label', 'triage@v0.1.0', 'production')).toMatchObject({
      code: 0,
      out: 'production of triage is v0.1.0 already.\n',
    });
  });

  test('is not archived unless somebody says why, and leaves no version in production then', async () => {
    expect(await pawl('archive', 'triage@v0.1.0', '--force')).toMatchObject({
      code: 2,
      err: expect.stringContaining('triage@v0.1.0 is in production.'),
    });
    expect(await pawl('archive', 'triage@production')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Name the version itself: triage@v0.1.0.'),
    });
    const archived = await pawl('archive', 'triage@v0.1.0', '--force', '-m', 'It leaks', '--json');
    expect(JSON.parse(archived.out)).toMatchObject({ version: 'v0.1.0', labelsTaken: ['production'] });
    expect(await pawl('archive', 'triage@v0.1.0')).toMatchObject({
      code: 0,
      out: 'triage@v0.1.0 is archived already.\n',
    });
    for (const ref of ['triage@v0.1.0', 'triage@production'])
      expect(await pawl('resolve', ref)).toMatchObject({ code: 2 });
    expect((await pawl('list')).out).not.toContain('v0.1.0');
    expect((await pawl('list', '--all')).out).toMatch(/^triage +v0\.1\.0 +\(archived\) +.*It leaks$/m);
    expect(JSON.parse((await pawl('list', '--all', '--json')).out)).toHaveLength(2);
  });

  test('a deprecated name is marked until the next registration', async () => {
    expect(await pawl('deprecate', 'triage', '-m', 'Use sorting')).toMatchObject({
      code: 0,
      out: 'triage is deprecated; registering a version ends that.\n',
    });
    expect((await pawl('list', 'triage')).out).toContain('(deprecated)');
    await repo.commit('more');
    await pawl('register', 'triage');
    expect((await pawl('list', 'triage')).out).not.toContain('(deprecated)');
  });

  test('a policy of pawl.yml says who may, also on GitHub, and nobody is let through by force', async () => {
    await repo.write({
      'pawl.yml':
        'registry:\n  promotion:\n    - { name: "tri*", labels: [staging], requires: [], who: [grace, "@robin"] }\n',
    });
    expect(await pawl('label', 'triage@latest', 'staging', '--force', '-m', 'please')).toMatchObject({
      code: 1,
      err: expect.stringContaining('restrict the creation of tags "triage#staging*" by a ruleset'),
    });
    const onGitHub = (actor: string) => ({
      ...repo,
      environment: { ...repo.environment, GITHUB_ACTIONS: 'true', GITHUB_ACTOR: actor },
    });
    expect((await pawlIn(onGitHub('eve'), 'registry', 'label', 'triage@latest', 'staging')).err).toContain(
      '@eve may not move staging of triage',
    );
    expect(await pawlIn(onGitHub('robin'), 'registry', 'label', 'triage@latest', 'staging')).toMatchObject({ code: 0 });
    expect(await pawl('unlabel', 'triage', 'staging')).toMatchObject({ code: 1 });
    expect(await pawlIn(onGitHub('robin'), 'registry', 'unlabel', 'triage', 'staging')).toMatchObject({ code: 0 });
  });

  test('a policy that is written wrong is told at its line, and nothing moves', async () => {
    await repo.write({ 'pawl.yml': 'registry:\n  promotion:\n    - labels: [staging]\n      max-age: soon\n' });
    expect(await pawl('label', 'triage@latest', 'staging')).toMatchObject({
      code: 2,
      err: expect.stringContaining('pawl.yml:4:16: error: "registry.promotion.0.max-age"'),
    });
  });
});
