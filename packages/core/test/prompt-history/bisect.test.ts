// The search by itself, over versions whose states are made up.
import { expect, test } from 'vitest';
import {
  bisectPosition,
  bisectSteps,
  caseFell,
  likeWhichEnd,
  type VersionState,
} from '../../src/prompt-history/index.ts';

/** Searches `versions` of which those from `first` on are bad, and those of `blind` tell nothing. */
function search(versions: number, first: number, blind: readonly number[] = []) {
  const states: (VersionState | undefined)[] = Array.from({ length: versions }, () => undefined);
  states[0] = 'good';
  states[versions - 1] = 'bad';
  const looked: number[] = [];
  for (;;) {
    const position = bisectPosition(states);
    if (position.next === undefined) return { ...position, looked };
    looked.push(position.next);
    states[position.next] = blind.includes(position.next) ? 'unclear' : position.next < first ? 'good' : 'bad';
  }
}

test('finds every possible version in no more steps than planned', () => {
  for (const versions of [2, 3, 9, 10, 33])
    for (let first = 1; first < versions; first++) {
      const found = search(versions, first);
      expect([found.good, found.bad]).toEqual([first - 1, first]);
      expect(found.looked.length).toBeLessThanOrEqual(bisectSteps(versions - 1));
    }
});

test('steps over a version that tells nothing, and names a range where that one may be it', () => {
  expect(search(10, 6, [6])).toMatchObject({ good: 5, bad: 7 });
  expect(search(10, 6, [3, 8])).toMatchObject({ good: 5, bad: 6 });
  expect(search(10, 5, [1, 2, 3, 4, 5, 6, 7, 8])).toMatchObject({ good: 0, bad: 9 });
});

test('ends that are not told apart are a bug of the caller', () => {
  expect(() => bisectPosition(['good', undefined])).toThrow('told apart');
  expect(() => bisectPosition(['bad', 'good'])).toThrow('told apart');
});

test('one case fell when chance does not explain it', () => {
  // One of C(6,3) = 20, and of C(10,5) = 252, arrangements.
  expect(caseFell({ right: 3, of: 3 }, { right: 0, of: 3 })).toBe(true);
  expect(caseFell({ right: 2, of: 2 }, { right: 0, of: 2 })).toBe(false);
  expect(caseFell({ right: 5, of: 5 }, { right: 0, of: 5 })).toBe(true);
  // (C(5,4)·C(5,1) + 1) / 252 = 26 / 252
  expect(caseFell({ right: 4, of: 5 }, { right: 1, of: 5 })).toBe(false);
  expect(caseFell({ right: 0, of: 5 }, { right: 5, of: 5 })).toBe(false);
});

test('a version is like one end after two clear answers, and like neither when it wavers', () => {
  const ends = { good: { right: 5, of: 5 }, bad: { right: 0, of: 5 } };
  expect(likeWhichEnd([true], ends)).toBe('unclear');
  expect(likeWhichEnd([true, true], ends)).toBe('good');
  expect(likeWhichEnd([false, false], ends)).toBe('bad');
  expect(likeWhichEnd([true, false, true, false, true], ends)).toBe('unclear');
});
