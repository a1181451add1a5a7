// pawl prompt diff | log | export on a repository with two registered versions.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const file = 'prompts/greet.prompt.yml';
const prompt = (words: string, temperature: number): string =>
  `model: small\nmodelParameters: {temperature: ${temperature}}\nmessages:\n  - {role: system, content: "${words}"}\n  - {role: user, content: "{{question}}"}\n`;

let repo: GitRepo;
beforeAll(async () => {
  repo = await gitRepo({ [file]: prompt('Be kind.', 0) });
  await pawlIn(repo, 'registry', 'register', 'greet', '-m', 'first');
  await repo.write({ [file]: prompt('Be kind and brief.', 0) });
  await repo.commit('brief');
  await pawlIn(repo, 'registry', 'register', 'greet', '-m', 'second');
  await pawlIn(repo, 'registry', 'label', 'greet@v0.1.1', 'staging', '-m', 'try');
  await repo.write({ [file]: prompt('Be kind and brief.', 1) });
});
afterAll(() => repo[Symbol.asyncDispose]());

test('diff marks what went and what came, word by word', async () => {
  const { code, out } = await pawlIn(repo, 'prompt', 'diff', 'greet@v0.1.0', 'greet@v0.1.1');
  expect(code).toBe(0);
  expect(out).toBe('message 1 (system) changed\n  Be kind{+ and brief+}.\n');
});

test('diff without a second version compares with the file as it is', async () => {
  expect((await pawlIn(repo, 'prompt', 'diff', 'greet@staging')).out).toBe('temperature: 0 → 1\n');
  const json = await pawlIn(repo, 'prompt', 'diff', 'greet@staging', '--json');
  expect(JSON.parse(json.out)).toMatchObject({
    same: false,
    settings: [{ name: 'temperature', before: '0', after: '1' }],
  });
});

test('diff of a name alone compares the file with what was committed last, not with itself', async () => {
  expect((await pawlIn(repo, 'prompt', 'diff', 'greet')).out).toBe('temperature: 0 → 1\n');
  const fresh = join(repo.path, 'fresh.prompt.yml');
  await writeFile(fresh, prompt('New.', 0));
  const { code, err } = await pawlIn(repo, 'prompt', 'diff', 'fresh');
  await rm(fresh);
  expect(code).toBe(2);
  expect(err).toContain('"fresh.prompt.yml" is not committed');
});

test('versions are shown and compared where the file lay then', async () => {
  const asked = [
    ['log', 'greet'],
    ['show', 'greet@staging'],
    ['diff', 'greet@v0.1.0', 'greet@v0.1.1'],
    ['diff', 'greet'],
  ];
  const all = async () => Promise.all(asked.map((words) => pawlIn(repo, 'prompt', ...words)));
  const before = await all();
  await repo.write({ 'elsewhere/.keep': '' });
  await repo.git('mv', 'prompts/greet.prompt.yml', 'elsewhere/greet.prompt.yml');
  const moved = await all();
  await repo.git('mv', 'elsewhere/greet.prompt.yml', 'prompts/greet.prompt.yml');

  expect(before.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(moved).toEqual(before);
});

test('diff of a version with itself says so', async () => {
  expect((await pawlIn(repo, 'prompt', 'diff', 'greet@v0.1.0', 'greet@v0.1.0')).out).toBe(
    'A model is told the same.\n',
  );
});

test('log tells each version and what it changed', async () => {
  const { code, out } = await pawlIn(repo, 'prompt', 'log', 'greet');
  expect(code).toBe(0);
  const [, newest = '', first = ''] = out.split('\n');
  expect(newest).toMatch(/^v0\.1\.1 .*staging +message 1 \(system\)$/);
  expect(first).toMatch(/^v0\.1\.0 .*the first version$/);
});

test('export writes the versions of a label and the same bytes again', async () => {
  const write = () => pawlIn(repo, 'prompt', 'export', '--label', 'staging', '-o', 'out/staging.json');
  expect((await write()).err).toBe('1 prompt at "staging" written to out/staging.json.\n');
  const first = await readFile(join(repo.path, 'out/staging.json'), 'utf8');
  expect(JSON.parse(first)).toMatchObject({
    schema: 'pawl.prompts/1',
    label: 'staging',
    prompts: { greet: { version: 'v0.1.1', model: 'small', parameters: { temperature: 0 } } },
  });
  await write();
  expect(await readFile(join(repo.path, 'out/staging.json'), 'utf8')).toBe(first);
});

test('export finds a version where its file lay then, though the tree has moved it since', async () => {
  const before = await pawlIn(repo, 'prompt', 'export', '--label', 'staging');
  await repo.git('mv', 'prompts/greet.prompt.yml', 'prompts/hello.prompt.yml');
  const moved = await pawlIn(repo, 'prompt', 'export', '--label', 'staging');
  await repo.git('mv', 'prompts/hello.prompt.yml', 'prompts/greet.prompt.yml');

  expect(before.code).toBe(0);
  expect(moved).toEqual(before);
});

test('a label that nobody holds, a version that is not there and an unknown prompt are told', async () => {
  expect(await pawlIn(repo, 'prompt', 'export', '--label', 'nobody')).toMatchObject({ code: 2 });
  expect((await pawlIn(repo, 'prompt', 'diff', 'greet@v9.9.9')).err).toContain('"greet@v9.9.9" is not registered');
  expect((await pawlIn(repo, 'prompt', 'log', 'grete')).err).toContain('There is no prompt "grete" here');
});
