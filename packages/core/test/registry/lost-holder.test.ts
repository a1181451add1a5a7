// Labels whose version was deleted by hand, which is not the same as labels that nothing holds.
import { expect, test } from 'vitest';
import type { RegistryEvent } from '@pawl/core';
import { lostHolder } from '../../src/registry/lost-holder.ts';

const at = (
  action: RegistryEvent['action'],
  commit: string,
  version?: string,
  label = 'production',
): RegistryEvent => ({
  name: 'flight',
  action,
  commit,
  tag: 'flight#x',
  at: '2026-01-01T00:00:00Z',
  actor: 'ada',
  message: '',
  ...(action !== 'register' && { label }),
  ...(version !== undefined && { version }),
});

test('a label on a commit whose version tag is gone is lost, whoever held it before', () => {
  expect(lostHolder([at('label', 'b')], 'production', undefined)).toBe('b');
  expect(lostHolder([at('label', 'a', 'v1'), at('label', 'b')], 'production', 'a')).toBe('b');
});

test('one that is held, was taken away, or never was there is not', () => {
  expect(lostHolder([], 'production', undefined)).toBeUndefined();
  expect(lostHolder([at('label', 'b', 'v1')], 'production', 'b')).toBeUndefined();
  expect(lostHolder([at('label', 'b'), at('unlabel', 'b')], 'production', undefined)).toBeUndefined();
  expect(lostHolder([at('label', 'b', undefined, 'staging')], 'production', undefined)).toBeUndefined();
  expect(lostHolder([at('label', 'b'), at('label', 'c', 'v2')], 'production', 'c')).toBeUndefined();
});

test('an archived version passes its label on, but not to nobody', () => {
  const events = [at('label', 'a', 'v1'), at('label', 'b', 'v2')];
  expect(lostHolder(events, 'production', 'a')).toBeUndefined();
  expect(lostHolder(events.slice(1), 'production', undefined)).toBe('b');
});
