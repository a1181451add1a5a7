// Where a command works: outside Git, before the first commit, and under a pawl.yml with mistakes.
import { gitRepo, isolatedGitEnvironment, temporaryFolder } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const suite = 'name: things\nexpectations:\n  - type: expect_column_values_to_be_unique\n    column: id\n';
const good = { 'things.csv': 'id\n1\n2\n', 'things.expect.yml': suite };

test.each([
  ['run', 'list'],
  ['validate', 'things.csv'],
  ['registry', 'list'],
  ['store', 'verify'],
])('%s %s outside a Git repository says so', async (...args) => {
  await using folder = await temporaryFolder();
  const place = { path: folder.path, environment: isolatedGitEnvironment(folder.path) };
  const { code, out, err } = await pawlIn(place, ...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^error: \S+ cannot be used as a Git repository: .*\n {2}Run inside a clone\./);
  expect(JSON.parse((await pawlIn(place, ...args, '--json')).out).problems).toMatchObject([
    { code: 'HISTORY_NO_REPOSITORY' },
  ]);
});

test('a folder that is not there is named', async () => {
  await using repo = await gitRepo();
  const { code, err } = await pawlIn(repo, 'run', 'list', '-C', 'nowhere');
  expect(code).toBe(2);
  expect(err).toMatch(/nowhere is no folder/);
});

test('a repository without commits can validate, and has nothing to register', async () => {
  await using repo = await gitRepo();
  await repo.write(good);
  expect(await pawlIn(repo, 'validate', 'things.csv')).toMatchObject({ code: 0 });
  expect(await pawlIn(repo, 'registry', 'register', 'model')).toMatchObject({
    code: 2,
    err: 'error: There is no commit to register yet.\n  Commit first.\n',
  });
});

test.each([
  ['an unknown key', 'data-validation: {}\nstor:\n  remote: x\n', '2:1', 'Did you mean "store"?'],
  ['an unknown input', 'data-validation:\n  suit: x\n', '2:3', 'Did you mean "suite"?'],
  ['a wrong value', 'data-validation:\n  sample-rows: few\n', '2:3', 'Give a number.'],
  ['a remote that is not there', 'store:\n  remote: upstream\n', '2:3', 'git remote -v'],
  ['a syntax error', 'data-validation: [\n', '2:1', 'near this place'],
])('pawl.yml with %s is refused at its line', async (_, text, place, hint) => {
  await using repo = await gitRepo({ ...good, 'pawl.yml': text });
  const { code, out, err } = await pawlIn(repo, 'validate', 'things.csv');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(`pawl.yml:${place}: error: `);
  expect(err).toContain(hint);
  expect(err.trimEnd().split('\n')).toHaveLength(2);
});

test('what the command line gives wins over pawl.yml, and is not blamed on it', async () => {
  await using repo = await gitRepo({ ...good, 'pawl.yml': 'data-validation:\n  sample-rows: 3\n' });
  expect(await pawlIn(repo, 'validate', 'things.csv', '--sample-rows', 'few')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^error: --sample-rows is "few"/),
  });
});

test('a ref prefix needs no remote', async () => {
  await using repo = await gitRepo({ ...good, 'pawl.yml': 'store:\n  ref-prefix: refs/evidence\n' });
  expect(await pawlIn(repo, 'validate', 'things.csv')).toMatchObject({ code: 0 });
  expect(await repo.git('for-each-ref', 'refs/evidence')).toMatch(/refs\/evidence\/inbox\//);
});
