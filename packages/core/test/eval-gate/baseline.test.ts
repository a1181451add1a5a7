import { expect, test } from 'vitest';
import { GatePolicy, type History, type RegisteredVersion, type Registry, type RegistryEvent } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { resolveBaseline } from '../../src/eval-gate/baseline.ts';

const policy = GatePolicy.parse({
  name: 'flight-delay',
  task: 'classification',
  model: 'models/delay.onnx',
  data: { id: 'id', label: 'late' },
  metrics: { accuracy: {} },
});
const model = new TextEncoder().encode('the model');
const version: RegisteredVersion = {
  name: 'flight-delay',
  version: 'v1.2.0',
  commit: 'a'.repeat(40),
  at: '2026-01-01T00:00:00Z',
  message: '',
  labels: ['production'],
  deprecated: false,
};
const never = () => Promise.reject(new Error('nothing is written here'));

interface World {
  versions?: RegisteredVersion[];
  events?: RegistryEvent[];
  files?: Record<string, Uint8Array>;
  refs?: Record<string, string>;
  workspace?: Record<string, string>;
}

function resolve(
  asked: string,
  { versions = [version], events = [], files = { 'models/delay.onnx': model }, refs = {}, workspace = {} }: World = {},
) {
  const registry: Registry = {
    list: async () => versions,
    resolve: async (name, at) =>
      versions.find((one) => one.name === name && (one.version === at || one.labels.includes(at))),
    history: async () => events,
    register: never,
    label: never,
    unlabel: never,
    deprecate: never,
    archive: never,
    tagger: never,
  };
  const history: History = {
    resolve: async (revision) => refs[revision],
    mergeBase: async () => undefined,
    read: async (_commit, path) => files[path],
    list: async () => [],
    materialize: async () => undefined,
    commitTime: async () => undefined,
    head: async () => ({ dirty: false }),
  };
  const question = { asked, policy, modelPath: policy.model, predictions: undefined };
  return resolveBaseline(question, { workspace: fakeWorkspace(workspace), history, registry });
}

test('auto takes the production label, and its model from that commit', async () => {
  expect(await resolve('auto')).toMatchObject({
    state: 'present',
    words: 'flight-delay@v1.2.0',
    source: { source: 'label', version: 'v1.2.0', commit: version.commit, date: version.at },
    model,
  });
});

test('auto without a production version is absent, required is unreadable', async () => {
  expect(await resolve('auto', { versions: [] })).toEqual({
    state: 'absent',
    why: 'no production version yet',
  });
  expect(await resolve('required', { versions: [] })).toMatchObject({ state: 'unreadable' });
});

test('a production version whose tag was deleted is unreadable: that nothing ever was in production would be a lie', async () => {
  const { name, commit, at } = version;
  const events: RegistryEvent[] = [
    { name, action: 'label', label: 'production', commit, tag: `${name}#production#1`, at, actor: 'ada', message: '' },
  ];
  expect(await resolve('auto', { versions: [], events })).toMatchObject({
    state: 'unreadable',
    problem: {
      message: expect.stringContaining('no version any more'),
      hint: expect.stringContaining('git fetch --tags'),
    },
  });
});

test('a version can be named in full, alone, or by its label', async () => {
  for (const asked of ['flight-delay@v1.2.0', 'v1.2.0', 'production', 'flight-delay@production']) {
    expect(await resolve(asked), asked).toMatchObject({ state: 'present', words: 'flight-delay@v1.2.0' });
  }
});

test('a version that is not there is unreadable, and says which are', async () => {
  expect(await resolve('flight-delay@v9.0.0')).toMatchObject({
    state: 'unreadable',
    problem: { message: 'There is no flight-delay@v9.0.0 in the registry.', hint: 'Registered are v1.2.0.' },
  });
});

test('a file of the workspace wins over a branch of the same name', async () => {
  expect(
    await resolve('old.onnx', { workspace: { 'old.onnx': 'bytes' }, refs: { 'old.onnx': 'b'.repeat(40) } }),
  ).toMatchObject({
    state: 'present',
    source: { source: 'file', name: 'old.onnx' },
  });
});

test('a file that is called like a registered version does not stand in for it', async () => {
  for (const asked of ['flight-delay@v1.2.0', 'v1.2.0', 'production']) {
    expect(await resolve(asked, { workspace: { [asked]: 'bytes of the pull request' } }), asked).toMatchObject({
      source: { version: 'v1.2.0' },
      words: 'flight-delay@v1.2.0',
    });
  }
  // What no version is called is a file, whatever sign is in its name.
  expect(await resolve('runs@old', { workspace: { 'runs@old': 'bytes' } })).toMatchObject({
    source: { source: 'file' },
  });
});

test('a Git ref reads the model at its commit', async () => {
  expect(await resolve('main', { refs: { main: 'b'.repeat(40) } })).toMatchObject({
    state: 'present',
    source: { source: 'ref', name: 'main', commit: 'b'.repeat(40) },
    words: 'main (bbbbbbb)',
  });
});

test('a name that is nothing at all is unreadable, never absent', async () => {
  expect(await resolve('mian')).toMatchObject({
    state: 'unreadable',
    problem: { message: '"mian" is no file, no version and no Git ref.' },
  });
});

test('a Git LFS pointer in the place of the model is unreadable', async () => {
  const pointer = new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');

  expect(await resolve('auto', { files: { 'models/delay.onnx': pointer } })).toMatchObject({
    state: 'unreadable',
    problem: { message: expect.stringContaining('Git LFS pointer') },
  });
  // One that names a whole digest says which model it is, though it cannot be run.
  const whole = new TextEncoder().encode(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'a1'.repeat(32)}\nsize 1\n`,
  );
  expect(await resolve('auto', { files: { 'models/delay.onnx': whole } })).toMatchObject({
    state: 'present',
    pointedAt: {
      digest: `sha256:${'a1'.repeat(32)}`,
      problem: { code: 'GATE_BASELINE_UNREADABLE', message: expect.stringContaining('Git LFS pointer') },
    },
  });
});
