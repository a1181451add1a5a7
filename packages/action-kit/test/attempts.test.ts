// A job that is run again: its newer run stands for the older one wherever runs are listed.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineAction, runAction } from '@pawl/action-kit';
import { defineInputs, makeUlid, type Outcome, type Verdict } from '@pawl/core';
import { makeReport, makeRun, memoryStore } from '@pawl/core/testing';
import { temporaryFolder } from '@pawl/testkit/git';
import { expect, test } from 'vitest';

const action = defineAction({
  slug: 'eval-gate',
  title: 'Pawl eval gate',
  description: 'Compares a model with the one in production.',
  inputs: defineInputs({ candidate: { description: 'The model.', type: 'path' } }),
  branding: { icon: 'shield', color: 'blue' },
  readsData: true,
  example: { candidate: 'm.onnx' },
});

const outcomeOf = (ordinal: number, verdict: Verdict): Outcome => ({
  report: makeReport({ verdict, headline: verdict }),
  run: makeRun({ id: makeUlid(1_767_225_600_000 + ordinal, new Uint8Array(10)), verdict }),
  results: {},
  usage: false,
});

test('the run of a second attempt hides that of the first, and no other leg of the matrix', async () => {
  await using folder = await temporaryFolder('pawl-attempts');
  const store = memoryStore();
  let ordinal = 0;
  const attempt = async (number: number, leg: string, verdict: Verdict): Promise<void> => {
    const file = (name: string): string => join(folder.path, name);
    for (const name of ['output', 'summary']) await writeFile(file(name), '');
    ordinal += 1;
    const outcome = outcomeOf(ordinal, verdict);
    const world = {
      config: {},
      problems: [],
      placeInConfig: () => undefined,
      store,
      [Symbol.asyncDispose]: async () => {},
    };
    await runAction(
      action,
      { openWorld: async () => world, execute: async () => outcome },
      {
        cwd: folder.path,
        write: () => {},
        env: {
          INPUT_CANDIDATE: 'm.onnx',
          INPUT_MATRIX: JSON.stringify({ leg }),
          'INPUT_UPLOAD-REPORT': 'false',
          GITHUB_ACTIONS: 'true',
          GITHUB_EVENT_NAME: 'push',
          GITHUB_OUTPUT: file('output'),
          GITHUB_STEP_SUMMARY: file('summary'),
          GITHUB_REPOSITORY: 'acme/flights',
          GITHUB_RUN_ID: '42',
          GITHUB_RUN_ATTEMPT: String(number),
          GITHUB_JOB: 'gate',
          GITHUB_WORKSPACE: folder.path,
          RUNNER_TEMP: folder.path,
        },
      },
    );
    expect(await readFile(file('output'), 'utf8')).toContain(outcome.run?.id);
  };
  await attempt(1, 'small', 'fail');
  await attempt(1, 'large', 'pass');
  expect((await store.list()).map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);

  await attempt(2, 'small', 'inconclusive');

  expect((await store.list()).map(({ verdict }) => verdict)).toEqual(['inconclusive', 'pass']);
  expect(await store.list({ verdict: 'fail' })).toEqual([]);
  expect(await store.list({ all: true })).toHaveLength(3);
});
