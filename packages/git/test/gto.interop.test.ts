// The real `gto` reads our tags, and we read its: same versions, same holders, same history.
// Needs a Python with gto-requirements.txt: PAWL_INTEROP_PYTHON_GTO=/path/to/python.
import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openRegistry, type GitRegistry } from '../src/index.ts';

const python = process.env['PAWL_INTEROP_PYTHON_GTO'];
if (python === undefined) console.warn('gto interop is skipped: PAWL_INTEROP_PYTHON_GTO names no Python with gto.');

const execute = promisify(execFile);

async function gto(repo: GitRepo, ...command: readonly string[]): Promise<string> {
  const env = {
    ...repo.environment,
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  const { stdout } = await execute(python ?? '', ['-c', 'from gto.cli import app; app()', ...command], {
    cwd: repo.path,
    env,
  });
  return stdout;
}

/** Label → version that holds it, as gto sees it. */
async function holdersByGto(repo: GitRepo): Promise<Readonly<Record<string, string>>> {
  const shown = JSON.parse(await gto(repo, 'show', '--json')) as Readonly<
    Record<string, { readonly stage: Readonly<Record<string, string>> }>
  >;
  return shown['mail']?.stage ?? {};
}

async function holdersByUs(registry: GitRegistry): Promise<Readonly<Record<string, string>>> {
  const versions = await registry.list('mail');
  return Object.fromEntries(versions.flatMap(({ labels, version }) => labels.map((label) => [label, version])));
}

/**
 * Tags have a resolution of a second, and ours are dated after the last one even if that lies a little ahead. gto dates
 * its tags by the clock alone, so its next event counts as the newest only once the clock has got there.
 */
async function clockPastLastTag(registry: GitRegistry): Promise<void> {
  const last = Math.max(...(await registry.history('mail')).map(({ at }) => Date.parse(at)));
  await setTimeout(Math.max(0, last + 1000 - Date.now()));
}

async function start(): Promise<
  { repo: GitRepo; registry: GitRegistry; commits: readonly string[] } & AsyncDisposable
> {
  const stack = new AsyncDisposableStack();
  const repo = stack.use(await gitRepo());
  const commits = [await repo.commit('one'), await repo.commit('two'), await repo.commit('three')];
  const registry = stack.use(await openRegistry({ repository: repo.path, environment: repo.environment }));
  return { repo, registry, commits, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe.skipIf(python === undefined)('with the real gto', () => {
  test('our versions, moves, rollback and removal read the same there', async () => {
    await using here = await start();
    const { registry, repo } = here;
    for (const commit of here.commits) await registry.register({ name: 'mail', commit, message: 'new' });
    const label = (version: string, name: string): Promise<void> =>
      registry.label({ name: 'mail', version, label: name, message: 'move' });
    const steps = [
      () => label('v0.1.1', 'production'),
      () => label('v0.1.2', 'staging'),
      () => label('v0.1.2', 'production'),
      () => label('v0.1.0', 'production'),
      () => label('v0.1.1', 'production'),
      () => registry.unlabel({ name: 'mail', label: 'staging', message: 'gone' }),
    ];
    for (const step of steps) {
      await step();
      expect(await holdersByGto(repo)).toEqual(await holdersByUs(registry));
    }
    expect(await holdersByGto(repo)).toEqual({ production: 'v0.1.1' });
    const history = JSON.parse(await gto(repo, 'history', 'mail', '--json')) as readonly {
      ref: string;
      event: string;
    }[];
    const ours = (await registry.history('mail')).map(({ tag }) => tag);
    const tagged = history.map(({ ref }) => ref).filter((ref) => ref.startsWith('mail'));
    expect(tagged.toReversed()).toEqual(ours);
  });

  test('its versions and assignments read the same here, and we go on where it stopped', async () => {
    await using here = await start();
    const { registry, repo, commits } = here;
    for (const [index, commit] of commits.entries()) {
      await gto(repo, 'register', 'mail', commit, '--version', `v1.${index}.0`);
    }
    await gto(repo, 'assign', 'mail', '--version', 'v1.1.0', '--stage', 'production');
    await gto(repo, 'assign', 'mail', '--version', 'v1.2.0', '--stage', 'staging');
    expect((await registry.list('mail')).map(({ version }) => version)).toEqual(['v1.2.0', 'v1.1.0', 'v1.0.0']);
    expect(await holdersByUs(registry)).toEqual(await holdersByGto(repo));
    await registry.label({ name: 'mail', version: 'v1.0.0', label: 'production', message: 'roll back' });
    expect(await holdersByUs(registry)).toEqual({ production: 'v1.0.0', staging: 'v1.2.0' });
    expect(await holdersByGto(repo)).toEqual(await holdersByUs(registry));
    await clockPastLastTag(registry);
    await gto(repo, 'deprecate', 'mail');
    expect((await registry.list('mail')).every(({ deprecated }) => deprecated)).toBe(true);
  });
});
