// pawl run log | start | end | exec, on temporary repositories: what a script can rely on.
import { spawn } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run, RunSummary } from '@pawl/core';
import { isUlid } from '@pawl/core';
import { bareRemote, gitRepo, userStateOf, type GitRepo } from '@pawl/testkit/git';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const show = async (repo: Pick<GitRepo, 'path' | 'environment'>, id: string): Promise<Run> =>
  JSON.parse((await pawlIn(repo, 'run', 'show', id.trim(), '--json')).out);
const list = async (repo: Pick<GitRepo, 'path' | 'environment'>): Promise<readonly RunSummary[]> =>
  JSON.parse((await pawlIn(repo, 'run', 'list', '--json')).out);

describe('one shot', () => {
  let repo: GitRepo;
  beforeAll(async () => {
    repo = await gitRepo({ 'train.csv': 'x\n1\n', 'model.onnx': 'weights', 'train.py': 'lr = 0.1\n' });
  });
  afterAll(() => repo[Symbol.asyncDispose]());

  test('prints the id alone and stores all that was said, with commit, diff and environment', async () => {
    await repo.write({ 'train.py': 'lr = 0.2\n', 'new.bin': 'not committed' });
    const before = await userStateOf(repo);
    const flags = ['--metric', 'f1=0.91', '--metric', 'loss=1e-3', '--param', 'lr=0.2', '--param', 'opt=adam=w'];
    const files = [
      '--tag',
      'team=search',
      '--artifact',
      'model.onnx',
      '--artifact',
      'log=new.bin',
      '--data',
      'train.csv',
    ];
    const said = await pawlIn(repo, 'run', 'log', '--kind', 'training', '--name', 'delay', ...flags, ...files);

    expect(said.code).toBe(0);
    expect(said.out).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}\n$/);
    expect(said.err).toContain('"new.bin" is recorded by its digest alone');
    expect(said.err).toContain('Logged; this repository keeps it.');
    expect(await userStateOf(repo)).toEqual(before);
    const run = await show(repo, said.out);
    expect(run).toMatchObject({
      kind: 'training',
      name: 'delay',
      status: 'finished',
      headline: 'f1 0.91, loss 0.001',
      metrics: { f1: { value: 0.91 }, loss: { value: 0.001 } },
      params: { lr: 0.2, opt: 'adam=w' },
      tags: { team: 'search' },
      inputs: [{ role: 'data', path: 'train.csv', digest: expect.stringMatching(/^sha256:/), bytes: 4 }],
      artifacts: [
        { name: 'model.onnx', uri: 'model.onnx', bytes: 7 },
        { name: 'log', digest: expect.stringMatching(/^sha256:/), bytes: 13 },
      ],
      origin: { commit: await repo.git('rev-parse', 'HEAD'), branch: 'main', dirty: true },
      environment: { node: process.versions.node, platform: `${process.platform}-${process.arch}` },
    });
    expect(run.artifacts?.[1]).not.toHaveProperty('uri');
    expect(Object.keys(run.results)).toEqual(['dirty.diff']);
    expect(JSON.stringify(run)).not.toContain(repo.environment['HOME']);
    expect((await list(repo))[0]).toMatchObject({ id: run.id, status: 'finished', metrics: { f1: 0.91 } });
  });

  test('--no-diff keeps no diff, --json prints the receipt', async () => {
    const said = await pawlIn(repo, 'run', 'log', '--name', 'a', '--metric', 'x=1', '--no-diff', '--json');
    const receipt = JSON.parse(said.out);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(receipt).toMatchObject({ kept: 'local', ref: expect.stringMatching(/^refs\/pawl\/inbox\//), problems: [] });
    expect(isUlid(receipt.id)).toBe(true);
    expect((await show(repo, receipt.id)).results).toEqual({});
  });

  test('a metric that is no number any more is null in the record, kept in the history, and told', async () => {
    const { out, err } = await pawlIn(repo, 'run', 'log', '--name', 'a', '--metric', 'loss=nan', '--metric', 'x=-inf');
    expect(err).toContain('The metric "loss" is NaN: the record says null');
    const run = await show(repo, out);
    expect(run).toMatchObject({ headline: 'loss NaN, x -Infinity', metrics: { loss: { value: null } } });
    expect(Object.keys(run.results)).toContain('metrics.jsonl');
  });

  test.each([
    [['--metric', 'f1=high'], '--metric: "f1" is "high", which is no number.'],
    [['--metric', 'f1=0,9'], '--metric: "f1" is "0,9", which is no number.'],
    [['--metric', 'f1='], '--metric: "f1" is "", which is no number.'],
    [['--metric', '0.9'], '--metric: "0.9" has no "=".'],
    [['--metric', '=0.9'], '--metric: a name is missing.'],
    [['--metric', 'a=1', '--metric', 'a=2'], '--metric: "a" is given twice.'],
    [['--param', 'a=1', '--param', 'a=1'], '--param: "a" is given twice.'],
    [['--tag', 'a\u001b[2J=1'], '--tag: a name holds a control character'],
    [['--artifact', 'nowhere.onnx'], 'There is no file "nowhere.onnx".'],
    [['--artifact', 'm=s3://bucket/m.onnx'], '--artifact: nothing says what lies at s3://bucket/m.onnx.'],
    [['--artifact', '../outside'], '../outside lies outside the workspace.'],
    [['--data', 'nowhere/*.csv'], 'There is no file "nowhere/*.csv".'],
    [['--kind', 'eval-gate'], "option '--kind <kind>' argument 'eval-gate' is invalid"],
    [['--step', 'ten', '--metric', 'a=1'], "option '--step <number>' argument 'ten' is invalid"],
    [['--status', 'done'], "option '--status <status>' argument 'done' is invalid"],
    [['--from', 'x.json', '--metric', 'a=1'], '--from names a whole run.'],
  ])('%j is refused, and leaves no run', async (flags, message) => {
    const before = (await list(repo)).length;
    const { code, out, err } = await pawlIn(repo, 'run', 'log', '--name', 'delay', ...flags);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).not.toContain('\u001b');
    expect(await list(repo)).toHaveLength(before);
  });

  test('every mistake is told at once', async () => {
    const { code, out } = await pawlIn(repo, 'run', 'log', '--name', ' ', '--metric', 'a=b', '--param', 'c', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out).problems).toMatchObject([
      { code: 'RUN_NAME_INVALID', message: '--name: a name is missing.' },
      { code: 'RUN_METRIC_NO_NUMBER' },
      { code: 'RUN_FLAG_INVALID' },
    ]);
  });

  test('values without a name or an open run are refused', async () => {
    expect(await pawlIn(repo, 'run', 'log', '--metric', 'a=1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Nothing says which run these values belong to.'),
    });
    expect(await pawlIn(repo, 'run', 'log')).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no .pawl/run.json to log.'),
    });
  });
});

test('a run is kept aside while the remote is away, which is no failure, and store push delivers it', async () => {
  await using remote = await bareRemote();
  await using repo = await gitRepo({ 'a.txt': 'a' });
  await repo.publishTo(remote);
  await rename(remote.path, `${remote.path}-away`);

  const said = await pawlIn(repo, 'run', 'log', '--name', 'delay', '--metric', 'f1=0.9');
  expect(said.code).toBe(0);
  expect(isUlid(said.out.trim())).toBe(true);
  expect(said.err).toContain('The run is kept aside on this machine');
  expect(said.err).toContain('store push');

  await rename(`${remote.path}-away`, remote.path);
  expect(await pawlIn(repo, 'store', 'push')).toMatchObject({ code: 0, out: 'Pushed 1 bundle.\n' });
  expect(await list(repo)).toMatchObject([{ id: said.out.trim(), name: 'delay' }]);
});

describe('a run that lasts', () => {
  test('is started, logged to with steps, and ended as one run; the tree stays clean', async () => {
    await using repo = await gitRepo({ 'model.onnx': 'weights' });
    const before = await userStateOf(repo);
    const started = await pawlIn(repo, 'run', 'start', '--name', 'delay', '--param', 'lr=0.1');
    const id = started.out.trim();
    expect(isUlid(id)).toBe(true);
    expect(await pawlIn(repo, 'run', 'end', '--list')).toMatchObject({ code: 0, out: expect.stringContaining(id) });
    for (const [step, loss] of [0.9, 0.5, 0.3].entries())
      expect(await pawlIn(repo, 'run', 'log', id, '--metric', `loss=${loss}`, '--step', String(step))).toEqual({
        code: 0,
        out: '',
        err: '',
      });
    await pawlIn(repo, 'run', 'log', id.slice(0, 20).toLowerCase(), '--artifact', 'model.onnx', '--tag', 'a=b');
    expect(await list(repo)).toEqual([]);
    expect(await userStateOf(repo)).toEqual(before);
    expect(await repo.git('status', '--porcelain', '--ignored')).toBe('');

    const ended = await pawlIn(repo, 'run', 'end', id, '--status', 'failed');

    expect(ended).toMatchObject({ code: 0, out: `${id}\n` });
    expect(await show(repo, id)).toMatchObject({
      status: 'failed',
      headline: 'failed, loss 0.3',
      params: { lr: 0.1 },
      tags: { a: 'b' },
      metrics: { loss: { value: 0.3, step: 2 } },
      artifacts: [{ name: 'model.onnx', uri: 'model.onnx' }],
    });
    expect(await pawlIn(repo, 'run', 'end', '--list')).toMatchObject({ out: 'No run is open.\n' });
    for (const again of [
      ['end', id],
      ['log', id, '--metric', 'a=1'],
      ['end', id, '--drop'],
    ])
      expect(await pawlIn(repo, 'run', ...again)).toMatchObject({
        code: 2,
        err: expect.stringContaining('No open run begins with'),
      });
  });

  test('is found by PAWL_RUN_ID, and dropped without a trace', async () => {
    await using repo = await gitRepo({ a: '1' });
    const id = (await pawlIn(repo, 'run', 'start', '--name', 'delay')).out.trim();
    const inRun = { path: repo.path, environment: { ...repo.environment, PAWL_RUN_ID: id } };
    expect(await pawlIn(inRun, 'run', 'log', '--metric', 'a=1')).toMatchObject({ code: 0 });
    expect(await pawlIn(inRun, 'run', 'log')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing to log'),
    });
    expect(await pawlIn(inRun, 'run', 'end', '--drop')).toMatchObject({
      code: 0,
      err: expect.stringContaining('Dropped'),
    });
    expect(await list(repo)).toEqual([]);
    expect(await pawlIn(repo, 'run', 'end')).toMatchObject({ code: 2, err: expect.stringContaining('which run') });
  });

  test('goes on from a linked worktree, also one that is removed', async () => {
    await using repo = await gitRepo({ a: '1' });
    await repo.git('worktree', 'add', '--quiet', '--detach', '../other');
    const other = { path: join(repo.path, '../other'), environment: repo.environment };
    const id = (await pawlIn(other, 'run', 'start', '--name', 'delay')).out.trim();
    await pawlIn(other, 'run', 'log', id, '--metric', 'a=1');
    await repo.git('worktree', 'remove', '--force', '../other');
    expect(await pawlIn(repo, 'run', 'end', id)).toMatchObject({ code: 0 });
    expect(await list(repo)).toMatchObject([{ id, metrics: { a: 1 } }]);
  });
});

describe('a command as a run', () => {
  const node = process.execPath;
  test('gets PAWL_RUN_ID, and its exit code is passed on and ends the run', async () => {
    await using repo = await gitRepo({ a: '1' });
    const script = 'require("fs").writeFileSync("id.txt", process.env.PAWL_RUN_ID); process.exit(7)';
    const said = await pawlIn(repo, 'run', 'exec', '--name', 'delay', '--param', 'lr=1', '--', node, '-e', script);
    expect(said).toMatchObject({ code: 7, out: '' });
    const id = await readFile(join(repo.path, 'id.txt'), 'utf8');
    expect(said.err).toContain(id);
    expect(await show(repo, id)).toMatchObject({ status: 'failed', params: { lr: 1 } });

    expect((await pawlIn(repo, 'run', 'exec', '--name', 'delay', '--', node, '-e', '0')).code).toBe(0);
    expect((await list(repo)).map(({ status }) => status)).toEqual(['finished', 'failed']);
  });

  test('that a signal ends, or that cannot be started, is a failed run', async () => {
    await using repo = await gitRepo({ a: '1' });
    const kill = 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 60000)';
    expect((await pawlIn(repo, 'run', 'exec', '--name', 'delay', '--', node, '-e', kill)).code).toBe(143);
    expect(await pawlIn(repo, 'run', 'exec', '--name', 'delay', '--', 'no-such-program')).toMatchObject({
      code: 2,
      err: expect.stringContaining('"no-such-program" cannot be started.'),
    });
    expect((await list(repo)).map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(await pawlIn(repo, 'run', 'end', '--list')).toMatchObject({ out: 'No run is open.\n' });
  });
});

test('a signal to pawl run exec reaches the command, whose exit code is passed on', async () => {
  await using repo = await gitRepo({ a: '1' });
  const script = 'process.on("SIGTERM", () => process.exit(9)); console.log("ready"); setInterval(() => {}, 1000)';
  const pawl = fileURLToPath(new URL('pawl-process.ts', import.meta.url));
  const args = [pawl, 'run', 'exec', '--name', 'delay', '--', process.execPath, '-e', script];
  const child = spawn(process.execPath, args, {
    cwd: repo.path,
    env: repo.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(9);
  expect(await list(repo)).toMatchObject([{ status: 'failed', name: 'delay' }]);
});

describe('.pawl/run.json', () => {
  const drop = { schema: 'pawl.run-drop/1', name: 'delay', metrics: { f1: 0.9 }, startedAt: 1_767_225_600.5 };

  test('is logged when nothing else is said, and a second time changes nothing', async () => {
    await using repo = await gitRepo({ a: '1' });
    await repo.write({ '.pawl/run.json': JSON.stringify(drop) });
    const said = await pawlIn(repo, 'run', 'log');
    expect(said.code).toBe(0);
    expect(await show(repo, said.out)).toMatchObject({
      startedAt: '2026-01-01T00:00:00.500Z',
      metrics: { f1: { value: 0.9 } },
    });
    // Another commit would be another record: the first one stays.
    await repo.commit('next', { a: '2' });
    expect(await pawlIn(repo, 'run', 'log')).toMatchObject({
      code: 0,
      out: said.out,
      err: 'It had been logged before; nothing was added.\n',
    });
    expect(await list(repo)).toHaveLength(1);
    expect(await readFile(join(repo.path, '.pawl/run.json'), 'utf8')).toBe(JSON.stringify(drop));
    await rm(join(repo.path, '.pawl/run.json'));
  });

  test('with a mistyped key is refused at its line', async () => {
    await using repo = await gitRepo({ a: '1' });
    await writeFile(join(repo.path, 'r.json'), JSON.stringify({ ...drop, metric: {} }, null, 2));
    expect(await pawlIn(repo, 'run', 'log', '--from', 'r.json')).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /^r\.json:8:3: error: Unknown key "metric" at the top level\.\n {2}Did you mean "metrics"\?/,
      ),
    });
    expect(await list(repo)).toEqual([]);
  });

  test('of another year is a mistake of units', async () => {
    await using repo = await gitRepo({ a: '1' });
    await writeFile(join(repo.path, 'r.json'), JSON.stringify({ ...drop, startedAt: 1_767_225_600 * 40 }));
    expect(await pawlIn(repo, 'run', 'log', '--from', 'r.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('more than a day from now'),
    });
  });
});
