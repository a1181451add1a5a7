// A store that is opened at the first question: commands that judge without recording never touch Git's refs.
import type { Store } from '@pawl/core';

export type LazyStore = Store & { close(): Promise<void> };

export function lazyStore(open: () => Promise<Store & AsyncDisposable>): LazyStore {
  let opened: Promise<Store & AsyncDisposable> | undefined;
  const store = () => (opened ??= open());
  return {
    add: async (bundle) => (await store()).add(bundle),
    list: async (query) => (await store()).list(query),
    read: async (id) => (await store()).read(id),
    readResult: async (id, file) => (await store()).readResult(id, file),
    operations: async (about) => (await store()).operations(about),
    compact: async () => (await store()).compact(),
    close: async () => {
      if (opened !== undefined) await (await opened)[Symbol.asyncDispose]();
    },
  };
}
