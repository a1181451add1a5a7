// pawl card update | lint, on temporary repositories with a real store.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@pawl/core';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { openWorld } from '@pawl/wiring';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const path = 'models/flight/README.md';
const weights = 'weights of the model';
const digest = `sha256:${createHash('sha256').update(weights).digest('hex')}`;
const written = `---
license: mit # ours
model-index:
- name: flight
  results:
  - task:
      type: tabular-classification
    dataset:
      type: flights
      name: Flights
    metrics:
    - type: accuracy
      value: 0.61 # two places
---
# Flight\r

## Intended use

Ranking.

## Training

On April.

## Evaluation

On May.

## Limits

Many.

## Bias

None known.  \n`;
const policy = `name: flight
task: classification
model: models/flight/model.onnx
data: { id: id, label: late }
metrics: { accuracy: { minimum: 0.5 } }
`;

let repo: GitRepo;
const pawl = (...args: readonly string[]) => pawlIn(repo, 'card', ...args);
const read = () => readFile(join(repo.path, path), 'utf8');

/** As a gate leaves it. @returns the run's id */
async function addRun(overrides: Partial<Run> = {}): Promise<string> {
  await using world = await openWorld({ root: repo.path, env: repo.environment, progress: () => {} });
  const { runId, startedAt, origin } = await world.context();
  const run: Run = {
    schema: 'pawl.run/1',
    id: runId,
    kind: 'eval-gate',
    name: 'flight',
    verdict: 'pass',
    startedAt,
    origin,
    subject: { name: 'flight', digest },
    baseline: { source: 'none' },
    inputs: [{ role: 'data', path: 'data/may.csv', digest: `sha256:${'2'.repeat(64)}` }],
    params: {},
    metrics: { accuracy: { value: 0.5973, n: 400, interval: [0.58, 0.61], level: 0.95 }, f1: { value: 0.3869 } },
    results: {},
    ...overrides,
  };
  await world.store.add({ runs: [{ run, results: {} }], operations: [] });
  return runId;
}

beforeAll(async () => {
  repo = await gitRepo({
    [path]: written,
    'models/flight/flight.gate.yml': policy,
    'models/flight/model.onnx': weights,
    'README.md': '# No card\n',
  });
});
afterAll(() => repo[Symbol.asyncDispose]());

describe('pawl card', () => {
  test('is not updated while no run that passed has judged the model as it is', async () => {
    await addRun({ verdict: 'fail' });
    await addRun({ subject: { name: 'flight', digest: `sha256:${'9'.repeat(64)}` } });
    expect(await pawl('update', 'flight')).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringContaining('No run that passed has judged "flight" as it is now.'),
    });
    expect(await read()).toBe(written);
  });

  test('lint finds the number that the newest run contradicts, at its line, and exits with 1', async () => {
    const { code, out, err } = await pawl('lint');
    expect({ code, out }).toEqual({ code: 1, out: '1 card: 1 error, 0 warnings.\n' });
    expect(err).toMatch(
      /^models\/flight\/README\.md:13:14: error: accuracy is 0\.61 here, and 0\.60 in eval-gate run \w{26}\.\n {2}"pawl card update"/,
    );
    expect(JSON.parse((await pawl('lint', 'flight', '--json')).out)).toMatchObject({
      cards: [{ path, findings: [{ code: 'CARD_METRIC_CONTRADICTS', line: 13 }] }],
      problems: [],
    });
  });

  test('update --check and --diff say what would change, and change nothing with --check', async () => {
    await addRun();
    const { code, out } = await pawl('update', path, '--check', '--diff');
    expect(code).toBe(1);
    expect(out).toContain('-      value: 0.61 # two places\n+      value: 0.60 # two places\n+    - type: f1\n');
    expect(out).toContain(`${path} is stale: "pawl card update ${path}" fills it from run `);
    expect(await read()).toBe(written);
  });

  test('update fills it, once; every other byte stays', async () => {
    expect(await pawl('update', 'flight')).toMatchObject({
      code: 0,
      out: expect.stringContaining('is filled from run'),
    });
    const filled = await read();
    expect(filled.slice(filled.indexOf('\n---\n'))).toBe(written.slice(written.indexOf('\n---\n')));
    expect(filled).toContain('license: mit # ours\n');
    expect(filled).toContain(`subject: ${digest}\n`);
    expect(filled).toContain('interval: [ 0.58, 0.61 ]');
    expect(await pawl('update', 'flight')).toMatchObject({ code: 0, out: expect.stringContaining('says what run') });
    expect(await read()).toBe(filled);
    expect(await pawl('update', 'flight', '--check')).toMatchObject({ code: 0 });
    await addRun();
    expect(await pawl('update', 'flight', '--check')).toMatchObject({ code: 0 });
    expect(await pawl('lint', path)).toEqual({ code: 0, out: '1 card: nothing to find.\n', err: '' });
  });

  test('a model that changed since makes the card stale', async () => {
    await repo.write({ 'models/flight/model.onnx': 'other weights' });
    expect(await pawl('lint', 'flight')).toMatchObject({
      code: 1,
      err: expect.stringContaining('The card speaks of sha256:'),
    });
    expect(await pawl('update', 'flight')).toMatchObject({ code: 4 });
    await repo.write({ 'models/flight/model.onnx': weights });
  });

  test('a run can be named, and must fit', async () => {
    const run = await addRun({ metrics: { accuracy: { value: 0.7 } } });
    expect(JSON.parse((await pawl('update', 'flight', '--run', run, '--check', '--json')).out)).toMatchObject({
      changed: true,
      written: false,
      runs: [run],
      diff: expect.arrayContaining(['+      value: 0.70 # two places']),
    });
    expect(await pawl('update', 'flight', '--run', 'ZZ')).toMatchObject({ code: 2 });
  });

  test.each([
    [['update', 'other'], 'There is no model card of "other" here.'],
    [['update', 'docs/none.md'], 'There is no file "docs/none.md".'],
    [['lint', 'other'], 'There is no model card of "other" here.'],
    [['lint', '../outside.md'], 'outside'],
    [['lint', 'broken.md'], 'broken.md:2:9: error: The front matter is not valid YAML'],
    [['lint', 'binary.md'], 'The card is no UTF-8 text.'],
  ])('%j is wrong usage', async (args, message) => {
    await repo.write({ 'broken.md': '---\ntags: [a\n---\n', 'binary.md': Uint8Array.from([0x2d, 0xff, 0xfe]) });
    const { code, err } = await pawl(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
