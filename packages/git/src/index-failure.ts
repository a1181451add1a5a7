// What reading the index ends with when it cannot be read: whoever reads then turns to the data.
import { StoreError } from './errors.ts';

export const unreadableIndex = (part: string, cause?: unknown): StoreError =>
  new StoreError('STORE_INDEX_UNREADABLE', `${part} of the store's index cannot be read.`, {
    hint: 'The runs themselves are safe. `pawl store compact --reindex` writes the index anew from the data.',
    ...(cause !== undefined && { cause }),
  });

export const isUnreadableIndex = (error: unknown): boolean =>
  error instanceof StoreError && error.code === 'STORE_INDEX_UNREADABLE';
