import { expect, test } from 'vitest';
import type { Operation } from '@pawl/core';
import { replay, transitions, type RolloutState } from '@pawl/core/deploy';
import { atFirstStep, world } from './world.ts';

const operationsOf = async (at: Awaited<ReturnType<typeof atFirstStep>>) => {
  const pointers = await at.store.operations('deployment/flight');
  const id = String(pointers.at(-1)?.data['rollout']);
  return { id, operations: [...(await at.store.operations(id))] };
};

test('a rollout is what its operations say, in whatever order they are read', async () => {
  const { id, operations } = await operationsOf(await atFirstStep());

  const rollout = replay(id, operations);

  expect(rollout).toMatchObject({
    state: 'step',
    step: 0,
    version: 'v0.1.1',
    previous: { version: 'v0.1.0', servedAs: '1' },
  });
  expect(replay(id, operations.toReversed())).toEqual(rollout);
  expect(replay(id, operations.slice(1))).toBeUndefined();
});

test('of two transitions with one number the earlier holds, and one that the machine lacks is void', async () => {
  const { id, operations } = await operationsOf(await atFirstStep());
  const last = operations.at(-1) as Operation;
  const twin: Operation = { ...last, id: `${last.id.slice(0, -1)}Z`, data: { ...last.data, state: 'promoted' } };
  const leap: Operation = { ...last, id: `${last.id.slice(0, -2)}ZZ`, data: { seq: 6, state: 'rolled-back' } };

  expect(replay(id, [...operations, twin, leap])).toEqual(replay(id, operations));
});

test('every state but the last ones has a way out, and only known states follow', () => {
  for (const [state, followers] of Object.entries(transitions)) {
    expect(followers.length === 0).toBe(state === 'rolled-back' || state === 'refused');
    followers.forEach((follower) => expect(Object.keys(transitions)).toContain(follower));
  }
});

test('a process can die after any transition: the next one ends with the same state and one staged version', async () => {
  const seen = new Set<RolloutState>();
  const at = world();
  await at.gate(0);
  await at.deploy({ wait: true });
  at.checkout(1);
  await at.gate(1);
  at.target.fault = 'unreachable';
  await at.deploy();
  at.target.fault = 'none';
  // Each tick is a process of its own that takes one step and is gone.
  for (let ticks = 0; ticks < 20; ticks++) {
    const { id, operations } = await operationsOf(at);
    const rollout = replay(id, operations);
    seen.add(rollout?.state ?? 'refused');
    if (rollout?.state === 'step') {
      at.splitter.send('flight', 'stable', { requests: 300 });
      at.splitter.send('flight', 'canary', { requests: 200 });
    }
    await at.deploy({ command: 'tick' });
  }

  expect([...seen]).toEqual(['gated', 'staged', 'loaded', 'verified', 'step', 'promoted']);
  expect(at.target.staged).toHaveLength(2);
  expect((await at.registry.resolve('flight', 'production'))?.version).toBe('v0.1.1');
});
