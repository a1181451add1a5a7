// Builds a bundle twice, side by side, and compares every byte: what a release carries can be rebuilt by anyone.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, type BundleRequest, type BundleSizes } from './bundle.ts';

export interface BundleBudget {
  readonly entryBytes: number;
  readonly scriptBytes: number;
}

export interface BundleCheck extends BundleSizes {
  /** Files that differ between the two builds; empty when the bundle is reproducible. */
  readonly differing: readonly string[];
  readonly overBudget: boolean;
}

export async function checkBundle(request: Omit<BundleRequest, 'target'>, budget: BundleBudget): Promise<BundleCheck> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bundle-'));
  try {
    const sizes = await bundle({ ...request, target: join(folder, 'first') });
    await bundle({ ...request, target: join(folder, 'second', 'deeper') });
    const [first, second] = await Promise.all([
      digestsOf(join(folder, 'first')),
      digestsOf(join(folder, 'second', 'deeper')),
    ]);
    const names = new Set([...first.keys(), ...second.keys()]);
    return {
      ...sizes,
      differing: [...names].filter((name) => first.get(name) !== second.get(name)).toSorted(),
      overBudget: sizes.entryBytes > budget.entryBytes || sizes.scriptBytes > budget.scriptBytes,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function digestsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(
        async (file) =>
          [
            file.slice(folder.length + 1),
            createHash('sha256')
              .update(await readFile(file))
              .digest('hex'),
          ] as const,
      ),
    ),
  );
}
