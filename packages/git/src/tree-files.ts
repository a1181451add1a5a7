// Every file of a data tree, and its content brought here.
import type { PrivateRepository } from './private-repository.ts';
import { isTree, type TreeEditor } from './trees.ts';

/** Path → blob id, `pawl.json` left out. */
export async function filesOf(tree: TreeEditor): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await tree.entries(folder)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isTree(entry)) await walk(path);
      else if (path !== 'pawl.json') files.set(path, entry.oid);
    }
  };
  await walk('');
  return files;
}

/** Brings blobs here, as many as one request takes. @throws GitFailure when one is not on the target */
export async function fetchBlobs(repository: PrivateRepository, oids: Iterable<string>): Promise<void> {
  const wanted = [...new Set(oids)];
  for (let start = 0; start < wanted.length; start += 20_000)
    await repository.fetch(wanted.slice(start, start + 20_000));
}
