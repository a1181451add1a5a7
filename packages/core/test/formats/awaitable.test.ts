import { expect, test } from 'vitest';
import { after, inTurn } from '../../src/formats/awaitable.ts';

const soon = async <T>(value: T): Promise<T> => value;

test('what is there is worked on at once, and what is not when it comes', async () => {
  expect(after(2, (value) => value + 1)).toBe(3);
  const later = after(soon(2), (value) => value + 1);
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toBe(3);
});

test('items are taken one after the other, whether or not some have to wait', async () => {
  const seen: string[] = [];
  const work = (item: string, index: number) => {
    seen.push(`${item}${index} begins`);
    return after(item === 'b' ? soon(item) : item, () => {
      seen.push(`${item} ends`);
    });
  };
  expect(inTurn(['a', 'c'], work)).toBeUndefined();
  expect(seen).toEqual(['a0 begins', 'a ends', 'c1 begins', 'c ends']);
  seen.length = 0;
  await inTurn(['a', 'b', 'b', 'c'], work);
  expect(seen).toEqual(['a0 begins', 'a ends', 'b1 begins', 'b ends', 'b2 begins', 'b ends', 'c3 begins', 'c ends']);
});

test('work that fails later stops what comes after it', async () => {
  const seen: number[] = [];
  const failing = inTurn([0, 1, 2], (item) => {
    seen.push(item);
    return item === 1 ? Promise.reject(new Error('one')) : undefined;
  });
  await expect(failing).rejects.toThrow('one');
  expect(seen).toEqual([0, 1]);
});
