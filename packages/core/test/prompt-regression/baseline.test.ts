// Absent, unreadable and present are three states.
import { expect, test } from 'vitest';
import { exitCodeOf } from '@pawl/core';
import { fakeProvider } from '@pawl/core/testing';
import { evaluate, version, type WorldData } from './world.ts';

const path = 'prompts/triage.prompt.yml';
const prompt = (system: string) =>
  `model: m\nmessages:\n  - {role: system, content: "${system}"}\n  - {role: user, content: "{{input}}"}\n` +
  `testData:\n${Array.from({ length: 40 }, (_, index) => `  - {input: "${index}"}\n`).join('')}` +
  `evaluators:\n  - {name: has, string: {contains: "{{input}}"}}\n`;
const provider = () => fakeProvider(({ messages }) => messages.map(({ content }) => content).join(' '));
const run = async (world: Omit<WorldData, 'files'>, baseline?: string) => {
  const asked = { ...world.inputs, ...(baseline !== undefined && { baseline }) };
  const files = { [path]: prompt('new'), 'old.prompt.yml': prompt('from a file') };
  const outcome = await evaluate({ provider: provider(), ...world, files, inputs: asked });
  return { ...outcome, exit: exitCodeOf(outcome), words: outcome.report.footer.baseline };
};
const old = { [path]: prompt('old') };

test('auto takes the production label', async () => {
  const { words } = await run({
    commits: { c1: old },
    versions: [version('triage', 'v2.0.0', 'c9'), version('triage', 'v1.0.0', 'c1', ['production'])],
  });

  expect(words).toBe('triage@v1.0.0 (production, 3 days old)');
});

test('auto falls back to the merge base, says so, and its command names the commit', async () => {
  const {
    words,
    report,
    run: record,
  } = await run({
    commits: { abcdef0123: old },
    refs: { 'origin/main': 'abcdef0123' },
    head: 'ffff',
    base: 'abcdef0123',
  });

  expect(words).toBe('merge base abcdef0 (2 days old)');
  expect(record?.baseline).toMatchObject({ source: 'merge-base', commit: 'abcdef0123' });
  expect(report.footer.reproduce).toContain('--baseline abcdef0123');
});

test('on the base branch itself the commit before is compared with', async () => {
  const { run: record } = await run({
    commits: { before: old },
    refs: { 'origin/main': 'ffff', 'ffff^': 'before' },
    head: 'ffff',
    base: 'ffff',
  });

  expect(record?.baseline).toMatchObject({ commit: 'before' });
});

test('a label, a version, a revision and a file are found by what they are called', async () => {
  const world = {
    commits: { c1: old, main: old },
    versions: [version('triage', 'v1.0.0', 'c1', ['staging']), version('other', 'v3.0.0', 'c1')],
  };

  expect((await run(world, 'staging')).run?.baseline).toMatchObject({ source: 'label', version: 'v1.0.0' });
  expect((await run(world, 'v1.0.0')).run?.baseline).toMatchObject({ source: 'version' });
  expect((await run(world, 'other@v3.0.0')).run?.baseline).toMatchObject({ name: 'other', source: 'version' });
  expect((await run(world, 'main')).run?.baseline).toMatchObject({ source: 'ref', commit: 'main' });
  expect((await run(world, 'old.prompt.yml')).run?.baseline).toMatchObject({ source: 'file' });
});

test('a first version has no baseline, and required makes that an error', async () => {
  const first = await run({});
  expect(first.run?.baseline).toEqual({ source: 'none' });
  expect(first.words).toContain('none yet');
  expect(first.report.headline).toContain('first version');

  const required = await run({}, 'required');
  expect(required).toMatchObject({ exit: 3, usage: false });
  expect((await run({}, 'production')).run?.baseline).toEqual({ source: 'none' });
});

test('a commit that cannot be read is an error and never a pass', async () => {
  const {
    report,
    exit,
    run: record,
  } = await run({
    commits: { c1: null },
    versions: [version('triage', 'v1.0.0', 'c1', ['production'])],
  });

  expect(exit).toBe(3);
  expect(report.verdict).toBe('error');
  expect(report.problems).toMatchObject([
    {
      code: 'BASELINE_UNREADABLE',
      message: expect.stringContaining('shallow clone'),
      hint: expect.stringContaining('fetch-depth'),
    },
  ]);
  expect(record).toBeUndefined();
});

test('a merge base that a shallow clone lacks is an error, and no first version', async () => {
  const { report, exit } = await run({ head: 'c2', commits: { c2: {} }, shallow: true });

  expect(exit).toBe(3);
  expect(report.problems).toMatchObject([
    {
      code: 'BASELINE_UNREADABLE',
      message: expect.stringContaining('the clone is shallow and lacks the merge base.'),
      hint: expect.stringContaining('fetch-depth: 0'),
    },
  ]);
  expect((await run({ head: 'c2', commits: { c2: {} }, shallow: true }, 'none')).report.verdict).not.toBe('error');
});

test('a registered version whose commit lacks the file, and a name that nothing has, are errors', async () => {
  const world = { commits: { c1: {} }, versions: [version('triage', 'v1.0.0', 'c1', ['production'])] };

  expect((await run(world)).report.problems).toMatchObject([
    { message: expect.stringContaining('has no prompts/triage') },
  ]);
  expect((await run(world, 'prodution')).report.problems).toMatchObject([
    { message: expect.stringContaining('no baseline "prodution"'), hint: 'Registered are v1.0.0 production.' },
  ]);
});

test('a baseline that the new cases cannot fill is an error with the line in the old file', async () => {
  const { report, exit } = await run({ commits: { main: { [path]: prompt('old {{gone}}') } } }, 'main');

  expect(exit).toBe(3);
  expect(report.problems).toMatchObject([{ code: 'VARIABLE_MISSING', file: `${path}@main`, line: 3 }]);
});

test('a prompt that was moved since is compared with what it was, at its place of then', async () => {
  const moved = { 'old/triage.prompt.yml': prompt('old') };
  const registered = await run({
    commits: { c1: moved },
    versions: [version('triage', 'v1.0.0', 'c1', ['production'])],
  });
  expect(registered.words).toBe('triage@v1.0.0 (production, 3 days old, then old/triage.prompt.yml)');
  expect(registered.report).toMatchObject({ verdict: 'inconclusive', n: 40 });
  const merge = { refs: { 'origin/main': 'abcdef0123' }, head: 'ffff', base: 'abcdef0123' };
  const branched = await run({ commits: { abcdef0123: moved }, ...merge });
  expect(branched.words).toBe('merge base abcdef0 (2 days old, then old/triage.prompt.yml)');
  const two = { ...moved, 'older/triage.prompt.yml': prompt('older') };
  expect((await run({ commits: { abcdef0123: two }, ...merge })).words).toContain('the file is new since abcdef0');
});

test('a file of that name that is still there was not moved', async () => {
  const files = { [path]: prompt('new'), 'other/triage.prompt.yml': prompt('another') };
  const { report } = await evaluate({
    provider: provider(),
    files,
    commits: { abcdef0123: { 'other/triage.prompt.yml': prompt('another') } },
    refs: { 'origin/main': 'abcdef0123' },
    head: 'ffff',
    base: 'abcdef0123',
  });
  expect(report.footer.baseline).toContain('the file is new since abcdef0');
});
