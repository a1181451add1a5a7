// What the built command keeps of its own compiled code: used by the next run, by nobody else, and never when it is not
// what was written.
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gitRepo } from '@pawl/testkit/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../src/material.ts';

const pawl = join(projectRoot, 'packages/cli/bin/pawl.mjs');
const suite = {
  prompts: ['Answer {{text}}'],
  providers: ['echo'],
  tests: [{ vars: { text: 'hello' }, assert: [{ type: 'icontains', value: 'HELLO' }] }],
};
let repo: Awaited<ReturnType<typeof gitRepo>>;
beforeAll(async () => void (repo = await gitRepo({ 'promptfooconfig.yaml': JSON.stringify(suite) })));
afterAll(() => repo[Symbol.asyncDispose]());

/** Runs the suite, which passes whatever became of the cache. */
async function judge(home: string): Promise<void> {
  const env = { PATH: process.env['PATH'], HOME: '/nowhere', XDG_CACHE_HOME: home };
  const args = [pawl, 'eval', 'promptfooconfig.yaml', '--no-store', '--no-baseline', '--min-cases', '1'];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, '--threshold', '0.5'], {
    cwd: repo.path,
    env,
  });
  expect(stdout).toContain('promptfooconfig  pass');
}

async function keptIn(home: string): Promise<readonly string[]> {
  const folder = join(home, 'pawl/compiled');
  const found = await readdir(folder, { recursive: true });
  return found.filter((path) => path.includes('pawl-eval-')).map((path) => join(folder, path));
}

async function kept(home: string): Promise<{ readonly file: string; readonly rounds: number }> {
  const [file = '', ...others] = await keptIn(home);
  expect(others).toEqual([]);
  const content = await readFile(file);
  return { file, rounds: content.readInt32LE(content.length - 4) };
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test('what a run has compiled is added to for three runs, in a folder that is the user’s alone', async () => {
  await using home = await gitRepo({});
  const rounds: number[] = [];
  for (let round = 0; round < 4; round++) {
    await judge(home.path);
    rounds.push((await kept(home.path)).rounds);
  }
  expect(rounds).toEqual([1, 2, 3, 3]);
  for (const folder of ['pawl', 'pawl/compiled']) expect(await modeOf(join(home.path, folder))).toBe(0o700);
  expect(await modeOf((await kept(home.path)).file)).toBe(0o600);
});

test('what is damaged is not used, and made anew', async () => {
  await using home = await gitRepo({});
  await judge(home.path);
  await judge(home.path);
  const { file, rounds } = await kept(home.path);
  expect(rounds).toBe(2);
  const content = await readFile(file);
  const half = content.length / 2;
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(content);
    copy.writeUInt8((copy[at] ?? 0) ^ 1, at);
    return copy;
  };
  const damages: readonly (readonly [string, Buffer])[] = [
    ['empty', Buffer.alloc(0)],
    ['cut short', content.subarray(0, 100_000)],
    ['cut by a byte', content.subarray(0, -1)],
    ['its first half', content.subarray(0, half)],
    ['longer', Buffer.concat([content, Buffer.from('more')])],
    ['a sector of zeros', Buffer.from(content).fill(0, 200_192, 204_288)],
    ['zeros', Buffer.alloc(content.length)],
    ['text', Buffer.from('not compiled\n'.repeat(1000))],
    ['a bit in its code', flipped(half - 300_001)],
    ['a bit in its copy', flipped(content.length - 300_001)],
    ['a bit in its rounds', flipped(half - 4)],
  ];
  for (const [name, bytes] of damages) {
    await writeFile(file, bytes);
    await judge(home.path);
    expect({ name, rounds: (await kept(home.path)).rounds }).toEqual({ name, rounds: 1 });
  }
  await rm(file);
  await mkdir(file);
  await judge(home.path);
  expect(await readdir(dirname(file))).toEqual([basename(file)]);
});

test('a folder that others may write to, or look into, is made anew', async () => {
  await using home = await gitRepo({});
  for (const mode of [0o777, 0o770, 0o755]) {
    await judge(home.path);
    const { file } = await kept(home.path);
    const planted = join(dirname(file), 'planted');
    await writeFile(planted, '');
    await chmod(join(home.path, 'pawl'), mode);
    await chmod(join(home.path, 'pawl/compiled'), mode);
    await judge(home.path);
    expect(await readdir(dirname(file))).not.toContain('planted');
    expect((await kept(home.path)).rounds).toBe(1);
    expect(await modeOf(join(home.path, 'pawl/compiled'))).toBe(0o700);
    // Other things are kept beside it, which others may read.
    expect((await modeOf(join(home.path, 'pawl'))) & 0o022).toBe(0);
  }
});

test('nothing is kept in, or taken from, a folder of somebody else’s', async () => {
  await using home = await gitRepo({});
  await using elsewhere = await gitRepo({});
  const foreign = join(elsewhere.path, 'theirs');
  await mkdir(foreign, { mode: 0o700 });
  // Who is not root cannot give a folder away, and finds those of root everywhere.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(foreign, 12_345, 12_345);
  await symlink(isRoot ? foreign : '/usr', join(home.path, 'pawl'));
  await judge(home.path);
  expect(await readdir(foreign)).toEqual([]);
});

test('where nothing can be kept, a run goes as well', async () => {
  await using home = await gitRepo({ file: '' });
  await judge(join(home.path, 'file'));
  await judge('relative');
});

test('a new version removes what older ones have kept, but for four, and what was left half written', async () => {
  await using home = await gitRepo({});
  await judge(home.path);
  const { file } = await kept(home.path);
  const folder = dirname(file);
  const names = Array.from({ length: 6 }, (_, index) => `pawl-eval-000000000000000${index}`);
  names[1] += '.1234.left';
  for (const [index, name] of names.entries()) {
    await writeFile(join(folder, name), '');
    await utimes(join(folder, name), 1000 + index, 1000 + index);
  }
  await writeFile(join(folder, 'another'), '');
  await judge(home.path);
  // Nothing is new: nothing is looked for.
  expect(await readdir(folder)).toHaveLength(8);
  await rm(file);
  await judge(home.path);
  expect((await readdir(folder)).toSorted()).toEqual(['another', ...names.slice(2), basename(file)].toSorted());
});
