// Work that may have to wait and mostly need not: a file to read for one case of ten thousand, a judge to ask for one
// assertion of several. A promise for each step of each case would cost more than the steps themselves.

export type Awaitable<T> = T | Promise<T>;

export const isPromise = <T>(value: Awaitable<T>): value is Promise<T> => value instanceof Promise;

/** What comes after a value, at once where it is there. */
export const after = <T, R>(value: Awaitable<T>, work: (value: T) => Awaitable<R>): Awaitable<R> =>
  isPromise(value) ? value.then(work) : work(value);

/** One item after the other; a promise from the first on that has to wait. */
export function inTurn<T>(items: readonly T[], work: (item: T, index: number) => Awaitable<unknown>): Awaitable<void> {
  for (let index = 0; index < items.length; index++) {
    const done = work(items[index] as T, index);
    if (isPromise(done)) return rest(items, work, { done, from: index + 1 });
  }
  return undefined;
}

async function rest<T>(
  items: readonly T[],
  work: (item: T, index: number) => Awaitable<unknown>,
  { done, from }: { readonly done: Promise<unknown>; readonly from: number },
): Promise<void> {
  await done;
  for (let index = from; index < items.length; index++) await work(items[index] as T, index);
}
