// Bringing runs from other trackers and sending ours on, as a user does. MLflow's server itself is met in the interop tests.
import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { startLoopbackMlflow } from '@pawl/testkit/mlflow';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPromptExchange } from '../src/commands/prompt-exchange.ts';
import { addRegistryExchange } from '../src/commands/registry-exchange.ts';
import { pawlIn, type Said } from './pawl-in.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/experiments/', import.meta.url));

interface Answer {
  readonly imported: readonly string[];
  readonly present: readonly string[];
  readonly skipped: number;
  readonly problems: readonly { readonly code: string }[];
}

describe('run import and push', () => {
  let repo: GitRepo;
  beforeAll(async () => {
    repo = await gitRepo({ 'a.txt': 'a' });
    await cp(join(fixtures, 'mlruns'), join(repo.path, 'mlruns'), { recursive: true });
    await cp(join(fixtures, 'wandb'), join(repo.path, 'wandb'), { recursive: true });
  });
  afterAll(() => repo[Symbol.asyncDispose]());

  test('runs of MLflow are listed afterwards, and what was left out is told with exit 3', async () => {
    const said = await pawlIn(repo, 'run', 'import', 'mlflow:mlruns');
    expect(said).toMatchObject({ code: 3, out: '3 runs imported; 1 left out.\n' });
    expect(said.err).toContain('has not ended: RUNNING.');
    const runs = JSON.parse((await pawlIn(repo, 'run', 'list', '--json', '--kind', 'training')).out) as readonly {
      readonly tags: Readonly<Record<string, string>>;
    }[];
    expect(runs.map(({ tags }) => tags['mlflow.runName']).toSorted()).toEqual(['child', 'failed', 'first']);
  });

  test('a second import adds nothing, in the words of JSON', async () => {
    const { code, out } = await pawlIn(repo, 'run', 'import', 'mlflow:mlruns', '--json');
    const answer = JSON.parse(out) as Answer;
    expect(code).toBe(3);
    expect(answer).toMatchObject({ imported: [], skipped: 1, problems: [{ code: 'IMPORT_RUN_UNFINISHED' }] });
    expect(answer.present).toHaveLength(3);
  });

  test('a run of W&B is imported whole, with exit 0', async () => {
    expect(await pawlIn(repo, 'run', 'import', 'wandb')).toMatchObject({ code: 0, out: '1 run imported.\n', err: '' });
    expect(await pawlIn(repo, 'run', 'import', 'wandb')).toMatchObject({
      code: 0,
      out: '0 runs imported; 1 here already.\n',
    });
  });

  test('folded and verified, they are as they came', async () => {
    expect((await pawlIn(repo, 'store', 'compact')).code).toBe(0);
    expect((await pawlIn(repo, 'store', 'verify')).code).toBe(0);
    expect(JSON.parse((await pawlIn(repo, 'run', 'import', 'mlflow:mlruns', '--json')).out)).toMatchObject({
      imported: [],
      skipped: 1,
    });
  });

  test('runs go to a folder once', async () => {
    const push = (): Promise<Said> => pawlIn(repo, 'run', 'push', '--kind', 'training', '--to', 'mlflow:out/mlruns');
    expect(await push()).toMatchObject({ code: 0, out: '4 runs pushed.\n' });
    expect(await push()).toMatchObject({ code: 0, out: '0 runs pushed; 4 there already.\n' });
    const experiments = await readdir(join(repo.path, 'out/mlruns'));
    const metas = await Promise.all(
      experiments
        .filter((name) => name !== '.trash')
        .map((name) => readFile(join(repo.path, 'out/mlruns', name, 'meta.yaml'), 'utf8')),
    );
    expect(metas.join('')).toContain('name: flight-delay');
  });

  test('one run goes by the first letters of its id', async () => {
    const [{ id = '' } = {}] = JSON.parse(
      (await pawlIn(repo, 'run', 'list', '--json', '--limit', '1')).out,
    ) as readonly { readonly id: string }[];
    expect(await pawlIn(repo, 'run', 'push', id.slice(0, 20), '--to', 'mlflow:one')).toMatchObject({
      code: 0,
      out: '1 run pushed.\n',
    });
    expect(await pawlIn(repo, 'run', 'push', 'zz', '--to', 'mlflow:one')).toMatchObject({
      code: 2,
      err: expect.stringContaining('No run begins with "zz".'),
    });
  });

  test.each([
    [['run', 'import', 'mlruns'], 'does not say of which tool'],
    [['run', 'import', 'mlflow:nowhere'], 'There is no folder'],
    [['run', 'import', 'mlflow:wandb'], 'is no MLflow file store'],
    [['run', 'import', 'wandb:mlruns'], 'There is no run of W&B'],
    [['run', 'import', 'mlflow:mlruns', '--rev', 'HEAD'], '--rev is of DVC'],
    [['run', 'import', 'mlflow:mlruns', '--experiment', 'flights'], 'There is no experiment "flights"'],
    [['run', 'import', 'dvc', '--rev', 'nobody'], 'is no commit and no experiment'],
    [['run', 'push', '--to', 'wandb:x'], 'Runs are sent to MLflow'],
    [['run', 'push', '--to', 'mlflow:wandb'], 'holds other things'],
  ])('pawl %j is wrong usage, and says why', async (args, why) => {
    expect(await pawlIn(repo, ...args)).toMatchObject({ code: 2, err: expect.stringContaining(why) });
  });
});

test('commits of DVC are imported with their values', async () => {
  await using repo = await gitRepo();
  await cp(join(fixtures, 'dvc/base'), repo.path, { recursive: true });
  await cp(join(fixtures, 'dvc/cache'), join(repo.path, '.dvc/cache/files/md5'), { recursive: true });
  await repo.commit('Train');
  expect(await pawlIn(repo, 'run', 'import', 'dvc', '--experiment', 'flights')).toMatchObject({
    code: 0,
    out: '1 run imported.\n',
  });
  const [run] = JSON.parse(
    (await pawlIn(repo, 'run', 'list', '--json', '--name', 'flights')).out,
  ) as readonly unknown[];
  expect(run).toMatchObject({ metrics: { f1: 0.3, 'metrics.json:acc': 0.6 }, params: { 'train.lr': 0.1 } });
});

/** The commands by themselves, as they hang below `pawl registry` and `pawl prompt`. */
async function exchange(repo: GitRepo, ...args: readonly string[]): Promise<Said> {
  const said = { code: 0, out: '', err: '' };
  const shell = {
    cwd: repo.path,
    env: repo.environment,
    out: (text: string) => void (said.out += `${text}\n`),
    err: (text: string) => void (said.err += `${text}\n`),
    width: 100,
    colour: false,
  };
  const finish = (code: number) => void (said.code = code);
  const program = new Command('pawl')
    .addCommand(addRegistryExchange(new Command('registry'), shell, finish))
    .addCommand(addPromptExchange(new Command('prompt'), shell, finish));
  await program.parseAsync([...args], { from: 'user' });
  return said;
}

describe('registry push and pull', () => {
  test('bring versions and labels to another repository with the same commits; production wants its evidence', async () => {
    await using server = await startLoopbackMlflow();
    await using repo = await gitRepo({ 'a.txt': 'a' });
    await pawlIn(repo, 'registry', 'register', 'delay', '--version', 'v1.0.0', '-m', 'First');
    await pawlIn(repo, 'registry', 'label', 'delay@v1.0.0', 'staging');
    await pawlIn(repo, 'registry', 'label', 'delay@v1.0.0', 'production', '--force', '-m', 'Test');
    const to = `mlflow:${server.url}`;
    expect(await exchange(repo, 'registry', 'push', '--to', to)).toMatchObject({
      code: 0,
      out: 'delay@v1.0.0 is version 1 in MLflow.\nThe alias production of delay is now version 1.\nThe alias staging of delay is now version 1.\n1 version pushed.\n',
    });
    expect(await exchange(repo, 'registry', 'push', '--to', to)).toMatchObject({
      code: 0,
      out: '0 versions pushed; 1 there already.\n',
    });

    for (const tag of (await repo.git('tag')).split('\n')) await repo.git('tag', '-d', tag);
    const pulled = await exchange(repo, 'registry', 'pull', '--from', to);
    expect(pulled.code).toBe(3);
    expect(pulled.err).toContain('delay@v1.0.0 does not become production');
    expect(pulled.out).toContain('Registered delay@v1.0.0 at ');
    expect(pulled.out).toContain('staging of delay is now v1.0.0.\n1 version registered; 1 left out.');
    const forced = await exchange(repo, 'registry', 'pull', '--from', to, '--force', '-m', 'As it was', '--json');
    expect(forced.code).toBe(0);
    expect(JSON.parse(forced.out)).toMatchObject({
      registered: [],
      present: 1,
      labelled: [{ label: 'production' }],
      problems: [],
    });
  });
});

describe('prompt push and pull', () => {
  const path = 'prompts/sorter.prompt.yml';
  const text = (content: string): string =>
    `# Sorts.\nname: sorter\nmessages:\n  - role: user\n    content: ${content}\ntestData:\n  - mail: hello\n`;

  test('every version goes there; one comes back into its file, and the rest of the file stays', async () => {
    await using server = await startLoopbackMlflow();
    await using repo = await gitRepo({ [path]: text('Sort {{mail}}') });
    await pawlIn(repo, 'registry', 'register', 'sorter', '--version', 'v1.0.0', '-m', 'Begin');
    await repo.commit('Be kind', { [path]: text('Kindly sort {{mail}}') });
    await pawlIn(repo, 'registry', 'register', 'sorter', '--version', 'v1.1.0', '-m', 'Be kind');
    await pawlIn(repo, 'registry', 'label', 'sorter@v1.0.0', 'staging');
    const to = `mlflow:${server.url}`;
    expect(await exchange(repo, 'prompt', 'push', 'sorter', '--to', to)).toMatchObject({
      code: 0,
      out: 'sorter@v1.0.0 is version 1 in MLflow.\nsorter@v1.1.0 is version 2 in MLflow.\nThe alias staging of sorter is now version 1.\n2 versions pushed.\n',
    });
    expect(await exchange(repo, 'prompt', 'push', 'sorter@v1.1.0', '--to', to)).toMatchObject({
      code: 0,
      out: '0 versions pushed; 1 there already.\n',
    });

    expect(await exchange(repo, 'prompt', 'pull', 'sorter', '--from', to)).toMatchObject({
      code: 0,
      out: `${path} is version 2 of MLflow already.\n`,
    });
    const pulled = await exchange(repo, 'prompt', 'pull', 'sorter', '--from', to, '--at', 'staging');
    expect(pulled).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${path} is now version 1 of MLflow: Begin`),
    });
    expect(await readFile(join(repo.path, path), 'utf8')).toBe(text('Sort {{mail}}'));
    // What is not committed is not overwritten.
    const again = await exchange(repo, 'prompt', 'pull', 'sorter', '--from', to);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('has changes that are not committed') });
    expect((await exchange(repo, 'prompt', 'pull', 'sorter', '--from', to, '--force')).code).toBe(0);
  });

  test('aliases become labels of the versions that say the same', async () => {
    await using server = await startLoopbackMlflow();
    await using repo = await gitRepo({ [path]: text('Sort {{mail}}') });
    await pawlIn(repo, 'registry', 'register', 'sorter', '-m', 'Begin');
    await pawlIn(repo, 'registry', 'label', 'sorter@v0.1.0', 'staging');
    const to = `mlflow:${server.url}`;
    await exchange(repo, 'prompt', 'push', 'sorter', '--to', to);
    await pawlIn(repo, 'registry', 'unlabel', 'sorter', 'staging');
    const said = await exchange(repo, 'prompt', 'pull', 'sorter', '--from', to, '--labels', '--json');
    expect(JSON.parse(said.out)).toMatchObject({
      changed: false,
      labelled: [{ label: 'staging', version: 'v0.1.0' }],
      problems: [],
    });
  });

  test('a prompt that is new here gets a file', async () => {
    await using server = await startLoopbackMlflow();
    await using one = await gitRepo({ [path]: text('Sort {{mail}}') });
    await pawlIn(one, 'registry', 'register', 'sorter', '-m', 'Begin');
    await exchange(one, 'prompt', 'push', 'sorter', '--to', `mlflow:${server.url}`);
    await using other = await gitRepo({ 'a.txt': 'a' });
    expect((await exchange(other, 'prompt', 'pull', 'sorter', '--from', `mlflow:${server.url}`)).code).toBe(0);
    expect(await readFile(join(other.path, path), 'utf8')).toBe(
      'name: sorter\nmessages:\n  - role: user\n    content: Sort {{mail}}\n',
    );
  });
});

describe('the registries', () => {
  let repo: GitRepo;
  beforeAll(async () => {
    repo = await gitRepo({ 'prompts/sorter.prompt.yml': 'messages:\n  - role: user\n    content: Sort {{mail}}\n' });
  });
  afterAll(() => repo[Symbol.asyncDispose]());

  test.each([
    [['registry', 'pull', '--from', 'mlflow:mlruns'], 'names no MLflow server'],
    [['registry', 'push', '--to', 'mlflow'], 'No MLflow server is named'],
    [['registry', 'push', 'nobody', '--to', 'mlflow:http://127.0.0.1:1'], 'Nothing was ever registered as "nobody"'],
    [['registry', 'pull', '--from', 'mlflow:http://ada:hunter2@127.0.0.1:1'], 'The address holds a name or a password'],
    [['prompt', 'push', 'nobody', '--to', 'mlflow:http://127.0.0.1:1'], 'There is no prompt "nobody"'],
    [['prompt', 'push', 'sorter', '--to', 'mlflow:http://127.0.0.1:1'], 'has no registered version'],
    [['prompt', 'push', 'sorter@v1.0.0', '--to', 'mlflow:http://127.0.0.1:1'], 'is not registered'],
    [['prompt', 'pull', '../../etc/x', '--from', 'mlflow:http://127.0.0.1:1'], 'cannot be a prompt'],
  ])('%j is wrong usage, and says why', async (args, why) => {
    const { code, err } = await exchange(repo, ...args);
    expect(code).toBe(2);
    expect(err).toContain(why);
    expect(err).not.toContain('hunter2');
  });
});
