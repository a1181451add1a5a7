// Opens the ports of a repository. The store's own cache lies in the editor's storage folder: the user's repository
// is only read.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHistory, openRegistry, openStore, remoteOf } from '@pawl/git';
import type { Repository } from '../app.ts';
import type { Place } from './locate.ts';
import { sharing } from './sharing.ts';
import type { StoreSettings } from './store-settings.ts';

export interface OpenRepository extends Repository {
  close(): Promise<void>;
}

/** @throws StoreError when the repository or its remote cannot be used; its hint says what to do */
export async function openRepository(
  { root }: Place,
  cacheFolder: string,
  promptPaths: () => Promise<readonly string[]>,
): Promise<OpenRepository> {
  // One for each repository, since windows may be open on several; and two, since both of them fetch.
  const cache = join(cacheFolder, createHash('sha256').update(root).digest('hex').slice(0, 24));
  const settings = { repository: root, ...(await storeSettings(root)) };
  const [store, registry, history] = await Promise.all([
    openStore({ ...settings, cacheDir: join(cache, 'store.git') }),
    openRegistry({ ...settings, cacheDir: join(cache, 'registry.git') }),
    openHistory({ repository: root }),
  ]);
  const versions = sharing(() => registry.list());
  return {
    root,
    store,
    registry: { ...registry, list: (name) => (name === undefined ? versions() : registry.list(name)) },
    history,
    promptPaths,
    close: async () => {
      await Promise.all([store, registry, history].map((port) => port[Symbol.asyncDispose]()));
    },
  };
}

/** As pawl.yml says. By default runs are kept by the remote `origin`, or by the repository itself where there is none. */
async function storeSettings(root: string): Promise<StoreSettings> {
  const text = await readFile(join(root, 'pawl.yml'), 'utf8').catch(() => '');
  const written = text.includes('store') ? (await import('./store-settings.ts')).readStoreSettings(text) : {};
  const remote = await remoteOf(root, written.remote ?? 'origin');
  return {
    ...(remote !== undefined && { remote }),
    ...(written.refPrefix !== undefined && { refPrefix: written.refPrefix }),
  };
}
