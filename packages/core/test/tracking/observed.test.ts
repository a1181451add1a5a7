// What programs, pointers and CI say, as they say it.
import { expect, test } from 'vitest';
import {
  ciOrigin,
  readDriverCuda,
  readDvcLock,
  readDvcPointer,
  readGpus,
  readLfsPointer,
  readPythonVersion,
  readToolkitCuda,
} from '@pawl/core/tracking';

const md5 = '0123456789abcdef0123456789abcdef';

test('a .dvc file says what it points to', () => {
  expect(readDvcPointer(`outs:\n- md5: ${md5}\n  size: 12\n  hash: md5\n  path: train.csv\n`)).toEqual([
    { path: 'train.csv', digest: `md5:${md5}`, bytes: 12 },
  ]);
  expect(readDvcPointer(`outs:\n- md5: ${md5}.dir\n  path: images\n`)).toEqual([
    { path: 'images', digest: `md5:${md5}.dir` },
  ]);
  for (const text of ['', '[]', 'outs: 3', 'outs:\n- path: x\n', 'outs:\n- {path: x, md5: short}', '{', 'a: *b'])
    expect(readDvcPointer(text)).toEqual([]);
});

test('a dvc.lock says what its stages made', () => {
  const text = `schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    outs:\n    - path: model.pkl\n      hash: md5\n      md5: ${md5}\n      size: 7\n`;
  expect(readDvcLock(text)).toEqual([{ path: 'model.pkl', digest: `md5:${md5}`, bytes: 7 }]);
  expect(readDvcLock('stages: []')).toEqual([]);
});

test('a Git LFS pointer says the digest of its file', () => {
  const oid = `sha256:${'b'.repeat(64)}`;
  expect(readLfsPointer(`version https://git-lfs.github.com/spec/v1\noid ${oid}\nsize 12345\n`)).toBe(oid);
  expect(readLfsPointer(`oid ${oid}\n`)).toBeUndefined();
});

test('nvidia-smi, CUDA and Python are understood', () => {
  expect(readGpus('NVIDIA H200, 570.133.20\nNVIDIA H200, 570.133.20\n')).toEqual({
    gpu: '2 × NVIDIA H200',
    'gpu-driver': '570.133.20',
  });
  expect(readGpus('Tesla T4, 535.1\n')).toEqual({ gpu: 'Tesla T4', 'gpu-driver': '535.1' });
  expect(readGpus('No devices were found\n')).toEqual({});
  expect(readDriverCuda('| NVIDIA-SMI 570.133.20   Driver Version: 570.133.20     CUDA Version: 12.8     |')).toBe(
    '12.8',
  );
  expect(readToolkitCuda('{ "cuda" : { "name" : "CUDA SDK", "version" : "12.4.1" } }')).toBe('12.4.1');
  expect(readPythonVersion('Python 3.12.4\n')).toBe('3.12.4');
  expect(readPythonVersion('pyenv: command not found')).toBeUndefined();
});

const pullEvent = (from: string) => ({
  pull_request: { number: 7, head: { sha: 'a'.repeat(40), repo: { full_name: from } } },
});
const env = {
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'acme/flights',
  GITHUB_SHA: 'f'.repeat(40),
  GITHUB_REF_NAME: '7/merge',
  GITHUB_HEAD_REF: 'tighten',
  GITHUB_ACTOR: 'ada',
  GITHUB_RUN_ID: '42',
};

test("a pull request's origin is its head, never the merge commit", () => {
  expect(ciOrigin(env, pullEvent('acme/flights'))).toEqual({
    repository: 'acme/flights',
    commit: 'a'.repeat(40),
    branch: 'tighten',
    pullRequest: 7,
    actor: 'ada',
    url: 'https://github.com/acme/flights/actions/runs/42',
  });
  expect(ciOrigin(env, pullEvent('eve/flights'))).toMatchObject({ trust: 'fork' });
});

test('a push is what it says, and outside CI nothing is known', () => {
  expect(ciOrigin({ ...env, GITHUB_HEAD_REF: '', GITHUB_REF_NAME: 'main' }, { ref: 'x' })).toMatchObject({
    commit: 'f'.repeat(40),
    branch: 'main',
  });
  expect(ciOrigin({ GITHUB_SHA: 'f'.repeat(40) }, undefined)).toEqual({});
});
