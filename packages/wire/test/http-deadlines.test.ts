// One timer for all: nobody waits for another's deadline.
import { expect, test } from 'vitest';
import { unwatch, watch } from '../src/http-deadlines.ts';

test('each deadline is kept at its time, whichever was set first, and what is over is not told again', async () => {
  const over: number[] = [];
  const startedAt = performance.now();
  const expiring = (milliseconds: number, done: () => void = () => {}) => ({
    until: startedAt + milliseconds,
    expire: () => {
      expect(performance.now()).toBeGreaterThanOrEqual(startedAt + milliseconds);
      over.push(milliseconds);
      done();
    },
  });
  const far = expiring(60_000);
  watch(far);
  const answered = expiring(40);
  watch(answered);
  await new Promise<void>((resolve) => {
    watch(expiring(120, resolve));
    watch(expiring(30));
    watch(expiring(70));
    unwatch(answered);
  });
  unwatch(far);
  expect(over).toEqual([30, 70, 120]);
});
