// The real gto reads our tags, and we read its: same versions, same holders, same history, after every step of a walk
// in which both of us write. Needs a Python with gto-requirements.txt: PAWL_INTEROP_PYTHON_GTO=/path/to/python.
import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openRegistry, type GitRegistry } from '../src/index.ts';
import { gtoEnvironment, startGto, type GtoPeer, type GtoState } from './gto-peer.ts';

const python = process.env['PAWL_INTEROP_PYTHON_GTO'];
if (python === undefined) console.warn('gto interop is skipped: PAWL_INTEROP_PYTHON_GTO names no Python with gto.');

const execute = promisify(execFile);
const names = ['mail', 'team/spam'] as const;
type Name = (typeof names)[number];

interface Here extends AsyncDisposable {
  readonly repo: GitRepo;
  readonly registry: GitRegistry;
  readonly gto: GtoPeer;
  readonly commits: readonly string[];
}

async function start(): Promise<Here> {
  const stack = new AsyncDisposableStack();
  const repo = stack.use(await gitRepo());
  const commits: string[] = [];
  for (const message of ['one', 'two', 'three', 'four', 'five']) commits.push(await repo.commit(message));
  const registry = stack.use(await openRegistry({ repository: repo.path, environment: repo.environment }));
  const gto = stack.use(startGto(python ?? '', repo));
  return { repo, registry, gto, commits, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The command itself, as a user calls it. */
async function gtoCommand(repo: GitRepo, ...command: readonly string[]): Promise<string> {
  const args = ['-c', 'from gto.cli import app; app()', ...command];
  return (await execute(python ?? '', args, { cwd: repo.path, env: gtoEnvironment(repo) })).stdout;
}

/**
 * Tags have a resolution of a second, and ours are dated after the last one even if that lies a little ahead. gto dates
 * its tags by the clock alone, so its next event counts as the newest only once the clock has got there.
 */
async function clockPastLastTag({ registry }: Here): Promise<void> {
  const times = (await Promise.all(names.map((name) => registry.history(name)))).flat().map(({ at }) => Date.parse(at));
  await setTimeout(Math.max(0, Math.max(0, ...times) + 1000 - Date.now()));
}

const gtoEvents: Readonly<Record<string, string>> = {
  register: 'registration',
  deregister: 'deregistration',
  label: 'assignment',
  unlabel: 'unassignment',
  deprecate: 'deprecation',
};

/** What we say of a name, in gto's words. `which` follows from the labels unless gto left two answers. */
async function stateByUs({ registry }: Here, name: Name): Promise<Shown | null> {
  const history = await registry.history(name);
  if (history.length === 0) return null;
  const versions = await registry.list(name);
  const [anyVersion] = await registry.list(name, { archived: true });
  return {
    latest: versions[0]?.version ?? null,
    active: anyVersion?.deprecated !== true,
    show: Object.fromEntries(versions.flatMap(({ labels, version }) => labels.map((label) => [label, version]))),
    versions: versions.map(({ version, commit }) => [version, commit]),
    history: history.map((event) => [
      gtoEvents[event.action] ?? '',
      event.version ?? null,
      event.label ?? null,
      event.commit,
      event.actor,
      event.message,
      event.tag,
      Date.parse(event.at) / 1000,
    ]),
  };
}

type Shown = Omit<GtoState, 'which'>;

/** What gto tagged within one second, it lists in any order. */
const ordered = (state: Shown): Shown => ({
  ...state,
  history: state.history.toSorted((a, b) => Number(a[7]) - Number(b[7]) || (String(a[6]) < String(b[6]) ? -1 : 1)),
});

async function agree(here: Here, step: string): Promise<Readonly<Record<string, GtoState | null>>> {
  const theirs = await here.gto.state(names);
  for (const name of names) {
    const { which: _, ...state } = theirs[name] ?? { which: undefined };
    const ours = await stateByUs(here, name);
    expect(theirs[name] === null ? null : ordered(state as Shown), `${step}: ${name}`).toEqual(ours && ordered(ours));
  }
  return theirs;
}

type Draw = (limit: number) => number;

/** Numerical Recipes' linear congruential generator: enough to choose steps, and the same ones every time. */
function drawing(seed: number): Draw {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** One change by our hand. Refusals are part of the walk: they must leave no tag. */
async function ourStep({ registry, commits }: Here, draw: Draw, name: Name): Promise<string> {
  const versions = await registry.list(name);
  const version = versions[draw(Math.max(1, versions.length))]?.version ?? 'v9.9.9';
  const label = ['production', 'staging'][draw(2)] ?? '';
  const message = `step of Pawl: ${label}`;
  const acts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['register', () => registry.register({ name, commit: commits[draw(commits.length)] ?? '', message })],
    [`label ${version} ${label}`, () => registry.label({ name, version, label, message })],
    [`label ${version} ${label}`, () => registry.label({ name, version, label, message })],
    [`unlabel ${label}`, () => registry.unlabel({ name, label, message })],
    [`archive ${version}`, () => registry.archive({ name, version, message })],
    ['deprecate', () => registry.deprecate({ name, message })],
  ];
  const [words, act] = acts[draw(acts.length)] ?? ['', async () => {}];
  const refused = await act().then(
    () => '',
    (error: unknown) => ` refused: ${String((error as { code?: unknown }).code)}`,
  );
  return `Pawl ${words} of ${name}${refused}`;
}

/** One change by gto's hand, also rollbacks as it makes them: an assignment to an older version, and no more. */
async function gtoStep({ gto, registry, commits }: Here, draw: Draw, name: Name): Promise<string> {
  const versions = await registry.list(name);
  const version = versions[draw(Math.max(1, versions.length))]?.version ?? 'v9.9.9';
  const stage = ['production', 'staging'][draw(2)] ?? '';
  const ref = commits[draw(commits.length)] ?? '';
  const requests = [
    { do: 'register', name, ref },
    { do: 'assign', name, version, stage },
    { do: 'assign', name, ref, stage },
    { do: 'unassign', name, version, stage },
    { do: 'deregister', name, version },
    { do: 'deprecate', name },
  ];
  const request = requests[draw(requests.length)] ?? { do: 'deprecate', name };
  const refused = await gto.act(request);
  return `gto ${Object.values(request).join(' ')}${refused === null ? '' : ` refused: ${refused}`}`;
}

describe.skipIf(python === undefined)('with the real gto', () => {
  test('both say the same after every step of a random walk in which both write', async () => {
    await using here = await start();
    const draw = drawing(20);
    const steps: string[] = [];
    for (const name of names) {
      for (const commit of here.commits.slice(0, 2))
        await here.registry.register({ name, commit, message: 'the first ones' });
    }
    for (let step = 0; step < 24; step++) {
      const name = names[draw(3) === 0 ? 1 : 0] ?? 'mail';
      const byGto = step % 3 === 2;
      if (byGto) await clockPastLastTag(here);
      steps.push(await (byGto ? gtoStep : ourStep)(here, draw, name));
      await agree(here, steps.join('\n'));
    }
    const done = steps.filter((step) => !step.includes('refused')).map((step) => step.split(' of ')[0]);
    // A walk of refusals would prove nothing.
    expect(done.length).toBeGreaterThan(14);
    expect(done.filter((step) => step?.startsWith('gto')).length).toBeGreaterThan(3);
  });

  test("after a label of ours gto's two answers, `show` and `which`, are one, whatever gto left behind", async () => {
    await using here = await start();
    const { registry, repo, gto, commits } = here;
    const which = async () => (await agree(here, 'labels'))['mail']?.which;
    for (const [index, ref] of commits.entries()) {
      await gto.act({ do: 'register', name: 'mail', ref, version: `v1.${index}.0` });
    }
    for (const version of ['v1.2.0', 'v1.1.0']) {
      await clockPastLastTag(here);
      expect(await gto.act({ do: 'assign', name: 'mail', version, stage: 'production' })).toBeNull();
    }
    // Rolled back as gto does it: its command shows the older version, its API the higher one. We say what is shown.
    expect(await which()).toEqual({ production: 'v1.2.0' });
    expect(JSON.parse(await gtoCommand(repo, 'show', '--json'))).toMatchObject({
      mail: { stage: { production: 'v1.1.0' } },
    });
    expect((await registry.resolve('mail', 'production'))?.version).toBe('v1.1.0');

    for (const version of ['v1.1.0', 'v1.3.0', 'v1.0.0', 'v1.2.0']) {
      await registry.label({ name: 'mail', version, label: 'production', message: 'moved' });
      expect(await which()).toEqual({ production: version });
      expect(JSON.parse(await gtoCommand(repo, 'show', 'mail#production', '--json'))).toMatchObject([{ version }]);
    }
    const shown = JSON.parse(await gtoCommand(repo, 'history', 'mail', '--json')) as readonly { ref: string }[];
    const moves = shown.map(({ ref }) => ref).filter((ref) => ref.startsWith('mail#'));
    const ours = (await registry.history('mail')).map(({ tag }) => tag).filter((tag) => tag.startsWith('mail#'));
    expect(moves.toReversed()).toEqual(ours);
  });

  test('what we archive and deprecate is gone there, and a registration brings a deprecated name back', async () => {
    await using here = await start();
    const { registry, repo, commits } = here;
    const shown = async (): Promise<unknown> => JSON.parse(await gtoCommand(repo, 'show', '--json'));
    for (const commit of commits.slice(0, 3)) await registry.register({ name: 'mail', commit, message: 'new' });
    for (const version of ['v0.1.1', 'v0.1.2'])
      await registry.label({ name: 'mail', version, label: 'production', message: 'moved' });
    await registry.archive({ name: 'mail', version: 'v0.1.2', message: 'leaks' });
    expect(await shown()).toEqual({ mail: { version: 'v0.1.1', stage: {}, registered: true, active: true } });
    await registry.deprecate({ name: 'mail', message: 'use post' });
    expect(await shown()).toEqual({});
    await registry.archive({ name: 'mail', version: 'v0.1.0', message: 'old' });
    expect(await shown()).toEqual({});
    await agree(here, 'deprecated');
    await registry.register({ name: 'mail', commit: commits[3] ?? '', message: 'back' });
    expect(await shown()).toMatchObject({ mail: { version: 'v0.1.3', active: true } });
    await agree(here, 'back');
  });
});
