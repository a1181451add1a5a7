import { isAbsolute } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder } from '../src/cache-folder.ts';

test('a cache lies where the user says, else in the home', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache', HOME: '/home/ada' })).toBe('/var/cache/pawl');
  expect(cacheFolder({ HOME: '/home/ada' })).toBe('/home/ada/.cache/pawl');
});

test.each(['', 'cache', './cache', '../cache'])('XDG_CACHE_HOME=%j names no folder of the repository', (named) => {
  expect(cacheFolder({ XDG_CACHE_HOME: named, HOME: '/home/ada' })).toBe('/home/ada/.cache/pawl');
  expect(isAbsolute(cacheFolder({ XDG_CACHE_HOME: named, HOME: '' }))).toBe(true);
  expect(isAbsolute(cacheFolder({ XDG_CACHE_HOME: named }))).toBe(true);
});
