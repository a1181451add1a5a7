// The commands that look and manage, on temporary repositories.
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bareRemote, gitRepo, type GitRepo } from '@pawl/testkit/git';
import type { RunSummary } from '@pawl/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const suite = 'name: things\nexpectations:\n  - type: expect_column_values_to_be_unique\n    column: id\n';
const good = { 'things.csv': 'id\n1\n2\n', 'things.expect.yml': suite };

describe('validate', () => {
  let repo: GitRepo;
  beforeAll(async () => {
    repo = await gitRepo({ ...good, 'twice.csv': 'id\n1\n1\n' });
  });
  afterAll(() => repo[Symbol.asyncDispose]());
  const runs = async (...filters: readonly string[]): Promise<readonly RunSummary[]> =>
    JSON.parse((await pawlIn(repo, 'run', 'list', '--json', ...filters)).out);

  test('there are no runs at first', async () => {
    expect(await pawlIn(repo, 'run', 'list')).toMatchObject({ code: 0, out: expect.stringContaining('No runs yet.') });
    expect(await runs()).toEqual([]);
  });

  test('leaves no run with --no-store, and names none', async () => {
    const { code, out } = await pawlIn(repo, 'validate', 'things.csv', '--no-store', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).not.toHaveProperty('runId');
    expect(await runs()).toEqual([]);
  });

  test('passes, fails, and keeps both runs', async () => {
    const passed = await pawlIn(repo, 'validate', 'things.csv');
    expect(passed).toMatchObject({ code: 0, out: expect.stringMatching(/^data-validation things {2}pass$/m) });

    const failed = await pawlIn(repo, 'validate', 'twice.csv', '--suite', 'things.expect.yml', '--html', 'out/r.html');
    expect(failed).toMatchObject({ code: 1, out: expect.stringMatching(/^data-validation things {2}fail$/m) });
    expect(await readFile(join(repo.path, 'out/r.html'), 'utf8')).toMatch(/^<!doctype html>/i);

    expect((await runs()).map(({ verdict }) => verdict)).toEqual(['fail', 'pass']);
  });

  test('its runs are listed by verdict, kind, name and number', async () => {
    expect((await runs('--verdict', 'pass')).map(({ verdict }) => verdict)).toEqual(['pass']);
    expect(await runs('--limit', '1')).toHaveLength(1);
    expect(await runs('--limit', '0')).toEqual([]);
    expect(await runs('--kind', 'eval-gate')).toEqual([]);
    expect(await runs('--name', 'things', '--branch', 'main')).toHaveLength(2);
    expect(await runs('--branch', 'other')).toEqual([]);
  });

  test('a run is shown by the first letters of its id, which must be of one run', async () => {
    const [{ id = '' } = {}] = await runs();
    const shown = await pawlIn(repo, 'run', 'show', id.slice(0, -2).toLowerCase());
    expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/^data-validation things {2}fail$/m) });
    expect(JSON.parse((await pawlIn(repo, 'run', 'show', id, '--json')).out)).toMatchObject({ id, verdict: 'fail' });

    expect(await pawlIn(repo, 'run', 'show', '01')).toMatchObject({
      code: 2,
      err: expect.stringContaining('2 runs begin with "01".\n  Give more letters.'),
    });
    const none = await pawlIn(repo, 'run', 'show', 'zz', '--json');
    expect(none.code).toBe(2);
    expect(JSON.parse(none.out).problems).toMatchObject([{ code: 'RUN_UNKNOWN' }]);
  });

  test('folded runs are still listed, and verified', async () => {
    const before = await runs();
    expect(await pawlIn(repo, 'store', 'compact')).toMatchObject({ code: 0, out: 'Folded 2 bundles.\n' });
    expect(await runs()).toEqual(before);
    expect(await pawlIn(repo, 'store', 'verify')).toMatchObject({
      code: 0,
      out: '2 runs and 0 operations are folded; every one is as it was written.\n',
    });
    expect(await pawlIn(repo, 'store', 'push')).toMatchObject({ code: 0, out: 'Nothing was kept aside.\n' });
  });

  test('the verdict stands when the HTML report cannot be written, and the command does not succeed', async () => {
    const { code, out, err } = await pawlIn(
      repo,
      'validate',
      'things.csv',
      '--no-store',
      '--html',
      'things.csv/r.html',
    );
    expect(code).toBe(2);
    expect(out).toContain('pass');
    expect(err).toContain('The report cannot be written to things.csv/r.html');
  });
});

test('runs wait while the remote is away, and store push delivers them', async () => {
  await using remote = await bareRemote();
  await using repo = await gitRepo(good);
  await repo.publishTo(remote);
  await rename(remote.path, `${remote.path}-away`);

  const away = await pawlIn(repo, 'validate', 'things.csv');
  expect(away.code).toBe(0);
  expect(away.err).toContain('"pawl store push" tries again.');
  expect(await pawlIn(repo, 'store', 'push')).toMatchObject({ code: 3, out: expect.stringContaining('could not be') });

  await rename(`${remote.path}-away`, remote.path);
  expect(await pawlIn(repo, 'store', 'push')).toMatchObject({ code: 0, out: 'Pushed 1 bundle.\n' });
  expect(await remote.git('for-each-ref', 'refs/pawl/inbox')).toMatch(/refs\/pawl\/inbox\//);
});

test('store verify names a record that is not what its digest says', async () => {
  await using repo = await gitRepo(good);
  await pawlIn(repo, 'validate', 'things.csv');
  await pawlIn(repo, 'store', 'compact');
  const files = await repo.git('ls-tree', '-r', '--name-only', 'refs/pawl/data');
  const path = files.split('\n').find((file) => file.startsWith('results/')) ?? '';
  await repo.git('read-tree', 'refs/pawl/data');
  await repo.write({ forged: '{}' });
  const blob = await repo.git('hash-object', '-w', 'forged');
  await repo.git('update-index', '--cacheinfo', `100644,${blob},${path}`);
  const commit = await repo.git('commit-tree', '-p', 'refs/pawl/data', '-m', 'forge', await repo.git('write-tree'));
  await repo.git('update-ref', 'refs/pawl/data', commit);

  const { code, out, err } = await pawlIn(repo, 'store', 'verify');

  expect(code).toBe(1);
  expect(out).toContain('something is wrong');
  expect(err).toContain("is not what its run's digest says");
});

describe('prompts and cards', () => {
  let repo: GitRepo;
  const file = 'prompts/triage.prompt.yml';
  beforeAll(async () => {
    repo = await gitRepo({ [file]: 'name: Old\n', 'models/triage/README.md': '# The old one\n' });
    await pawlIn(repo, 'registry', 'register', 'triage', '--version', 'v1.0.0');
    await pawlIn(repo, 'registry', 'label', 'triage@v1.0.0', 'production', '--force', '-m', 'The first one');
    await repo.commit('new', { [file]: 'name: New\n', 'models/triage/README.md': '# The new one\n' });
  });
  afterAll(() => repo[Symbol.asyncDispose]());

  test('lists prompts with their newest version and labels', async () => {
    const { out } = await pawlIn(repo, 'prompt', 'list');
    expect(out).toMatch(/^triage +v1\.0\.0 +production v1\.0\.0 +prompts\/triage\.prompt\.yml$/m);
    expect(JSON.parse((await pawlIn(repo, 'prompt', 'list', '--json')).out)).toMatchObject([
      { name: 'triage', path: file, versions: [{ version: 'v1.0.0' }] },
    ]);
  });

  test.each([
    [['prompt', 'show', 'triage'], 'name: New\n'],
    [['prompt', 'show', file], 'name: New\n'],
    [['prompt', 'show', 'triage@production'], 'name: Old\n'],
    [['prompt', 'show', 'triage@v1.0.0'], 'name: Old\n'],
    [['card', 'show', 'triage'], '# The new one\n'],
    [['card', 'show', 'triage@production'], '# The old one\n'],
  ])('%j prints the file', async (args, out) => {
    expect(await pawlIn(repo, ...args)).toEqual({ code: 0, out, err: '' });
  });

  test.each([
    [['prompt', 'show', 'triag'], 'There is no prompt "triag" here.\n  Did you mean "triage"?'],
    [['prompt', 'show', 'triage@v2.0.0'], '"triage@v2.0.0" is not registered.'],
    [['card', 'show', 'other'], 'There is no model card of "other" here.\n  A card is the README.md'],
  ])('%j is refused with a remedy', async (args, message) => {
    const { code, err } = await pawlIn(repo, ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('two prompts of one name must be told apart by their path', async () => {
    await repo.write({ 'more/triage.prompt.yml': 'name: Other\n' });
    expect(await pawlIn(repo, 'prompt', 'show', 'triage')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Name the file: more/triage.prompt.yml, prompts/triage.prompt.yml.'),
    });
    await rm(join(repo.path, 'more'), { recursive: true });
  });
});
