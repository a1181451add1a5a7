// What the command says of itself, and what it says to a mistyped word.
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { gitRepo, temporaryFolder, type GitRepo } from '@pawl/testkit/git';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

let repo: GitRepo;
beforeAll(async () => {
  repo = await gitRepo();
});
afterAll(() => repo[Symbol.asyncDispose]());

const judging = [['validate'], ['eval'], ['gate'], ['drift'], ['deploy']];
const groups: Readonly<Record<string, readonly string[]>> = {
  run: ['log', 'start', 'end', 'exec', 'list', 'show', 'diff', 'export', 'import', 'push'],
  registry: ['list', 'resolve', 'history', 'register', 'label', 'unlabel', 'deprecate', 'archive', 'pull', 'push'],
  prompt: ['list', 'show', 'diff', 'log', 'bisect', 'mutate', 'export', 'push', 'pull'],
  judge: ['calibrate'],
  card: ['show', 'update', 'lint'],
  attestation: ['create', 'verify'],
  store: ['push', 'compact', 'verify', 'status', 'prune', 'gc', 'repair', 'collect'],
};
const others = Object.entries(groups).flatMap(([group, names]) => names.map((name) => [group, name]));

describe('help', () => {
  test('names every command', async () => {
    const { code, out } = await pawlIn(repo, '--help');
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot('help.txt');
  });

  test.each(judging)('of %s shows examples and exit codes', async (name) => {
    const { code, out } = await pawlIn(repo, name, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Usage: pawl ${name}`);
    expect(out).toMatch(new RegExp(`Examples:\n  \\$ pawl ${name} `));
    expect(out).toContain('3 could not be judged, 4 inconclusive');
  });

  test.each([...judging, ['serve'], ...others])('of %s %s says what it does', async (...path) => {
    const command = path.filter((part) => typeof part === 'string');
    const { code, out } = await pawlIn(repo, ...command, '--help');
    expect(code).toBe(0);
    const [usage, , description = ''] = out.split('\n');
    expect(usage).toContain(`Usage: pawl ${command.join(' ')}`);
    expect(description).toMatch(/^\w.{15,}/);
  });

  test.each(Object.keys(groups))('of %s is shown when no sub-command is given, as a mistake', async (group) => {
    const { code, err } = await pawlIn(repo, group);
    expect(code).toBe(2);
    for (const name of groups[group] ?? []) expect(err).toContain(`  ${name}`);
  });

  test('is complete: no sub-command is missing from this test', async () => {
    const listed = (text: string) =>
      [...text.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].flatMap(([, name]) => (name === undefined ? [] : [name]));
    expect(listed((await pawlIn(repo, '--help')).out)).toEqual([
      ...judging.flat(),
      ...['run', 'registry', 'prompt', 'judge', 'card', 'attestation', 'store', 'serve'],
    ]);
    for (const [group, names] of Object.entries(groups))
      expect(listed((await pawlIn(repo, group, '--help')).out)).toEqual(names);
  });

  test('the version is printed', async () => {
    expect(await pawlIn(repo, '--version')).toEqual({ code: 0, out: '0.0.0\n', err: '' });
  });
});

describe('a mistyped word', () => {
  test.each([
    ['a command', ['validat'], "unknown command 'validat'", 'validate', 'pawl --help'],
    ['a sub-command', ['run', 'lst'], "unknown command 'lst'", 'list', 'pawl run --help'],
    ['an option', ['validate', '--suit', 'x'], "unknown option '--suit'", '--suite', 'pawl validate --help'],
    [
      'an option of a sub-command',
      ['run', 'list', '--limt'],
      "unknown option '--limt'",
      '--limit',
      'pawl run list --help',
    ],
  ])('%s gets the nearest one, and where help is', async (_, args, message, nearest, help) => {
    const { code, out, err } = await pawlIn(repo, ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain(`Did you mean ${nearest}?`);
    expect(err).toContain(`(see "${help}")`);
  });

  test.each([
    [['run', 'list', '--limit', 'many'], 'Give a whole number.'],
    [['run', 'list', '--limit', '-1'], 'Give a whole number.'],
    [['run', 'list', '--kind', 'gate'], 'Allowed choices are'],
    [['run', 'show'], "missing required argument 'id'"],
    [['serve', '--port', 'http'], 'Give a whole number.'],
    [['validate', '--sample-rows', 'few'], '--sample-rows is "few", which is no number.'],
    [['gate', '--look', ''], 'There is no *.gate.yml in the repository.'],
    [['deploy', 'strat', '--deployment', 'x.deploy.yml'], 'Did you mean "start"?'],
  ])('%j is refused', async (args, message) => {
    const { code, out, err } = await pawlIn(repo, ...args);
    expect(code).toBe(2);
    expect(out + err).toContain(message);
  });
});

test.each([
  ['no home', { HOME: '' }],
  ['a cache that is named by nothing', { HOME: '', XDG_CACHE_HOME: '' }],
  ['a cache at a relative path', { HOME: '', XDG_CACHE_HOME: 'cache' }],
])('with %s no compiled code is kept where the command is called', async (_, env) => {
  await using folder = await temporaryFolder('pawl-bin');
  const [bin, here] = [join(folder.path, 'bin'), join(folder.path, 'here')];
  for (const made of [bin, here, join(folder.path, 'dist')]) await mkdir(made);
  await cp(new URL('../bin/pawl.mjs', import.meta.url), join(bin, 'pawl.mjs'));
  await writeFile(join(folder.path, 'dist', 'pawl.mjs'), 'export const main = async () => 0;');

  const child = spawn(process.execPath, [join(bin, 'pawl.mjs')], { cwd: here, env });
  const code = await new Promise((resolve) => child.on('close', resolve));

  expect(code).toBe(0);
  expect(await readdir(here)).toEqual([]);
});

test('a checkout that is not built says so', async () => {
  await using folder = await temporaryFolder('pawl-unbuilt');
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  await cp(new URL('../bin/pawl.mjs', import.meta.url), join(bin, 'pawl.mjs'));

  const child = spawn(process.execPath, [join(bin, 'pawl.mjs'), 'run', 'list']);
  let err = '';
  child.stderr.on('data', (data) => (err += data));
  const code = await new Promise((resolve) => child.on('close', resolve));

  expect(code).toBe(2);
  expect(err).toContain('pawl is not built yet.');
  expect(err).toContain('npm start');
});
