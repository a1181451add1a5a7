import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Splitter } from '@pawl/core';
import { fakeSplitter } from '@pawl/core/testing';
import { splitterClient, startSplitter, type RunningSplitter } from '@pawl/serving';
import { splitterContract } from '@pawl/testkit/contracts';

const cases = splitterContract.map(({ title, check }, index) => ({ title, check, name: `case/${index}` }));

describe('the fake keeps the contract', () => {
  test.each(cases)('$title', ({ check, name }) => check({ splitter: fakeSplitter(), name }));
});

describe('the embedded splitter keeps the contract', () => {
  let running: RunningSplitter;
  let splitter: Splitter;
  beforeAll(async () => {
    running = await startSplitter({ drainMs: 100 });
    splitter = splitterClient({ url: running.adminUrl });
  });
  afterAll(() => running.close());

  test.each(cases)('$title', ({ check, name }) => check({ splitter, name }));
});
