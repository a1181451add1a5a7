// A folder for bundles that GitHub has not taken yet: one JSON file each, written before the first request and removed
// when a ref holds the bundle. A job keeps the folder as an artifact or in a cache; `pawl store push` tries again.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, isUlid, type Bundle } from '@pawl/core';

export interface SpooledBundle {
  readonly name: string;
  readonly bundle: Bundle;
}

export interface SpoolFolder {
  put(name: string, bundle: Bundle): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<{ readonly bundles: readonly SpooledBundle[]; readonly unreadable: readonly string[] }>;
}

const schema = 'pawl.bundle/1';

export function openSpoolFolder(folder: string): SpoolFolder {
  const fileOf = (name: string): string => join(folder, `${name}.json`);
  return {
    put: async (name, bundle) => {
      await mkdir(folder, { recursive: true });
      const text = canonicalJson({ schema, name, runs: bundle.runs, operations: bundle.operations });
      // Moved into place: a process that dies here leaves no half file behind.
      const made = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
      await writeFile(made, `${text}\n`);
      await rename(made, fileOf(name));
    },
    remove: (name) => rm(fileOf(name), { force: true }),
    list: async () => {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      const files = names.filter((name) => isUlid(name.replace(/\.json$/, '')) && name.endsWith('.json')).toSorted();
      const bundles: SpooledBundle[] = [];
      const unreadable: string[] = [];
      for (const file of files) {
        const name = file.replace(/\.json$/, '');
        const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
        // Undefined: another process has just pushed and removed it.
        if (text === undefined) continue;
        const bundle = bundleIn(text);
        if (bundle === undefined) unreadable.push(join(folder, file));
        else bundles.push({ name, bundle });
      }
      return { bundles, unreadable };
    },
  };
}

/** Only its shape: records and digests are checked again when the bundle is made into files. */
function bundleIn(text: string): Bundle | undefined {
  try {
    const value = JSON.parse(text) as { schema?: unknown; runs?: unknown; operations?: unknown };
    if (value.schema !== schema || !Array.isArray(value.runs) || !Array.isArray(value.operations)) return undefined;
    return { runs: value.runs, operations: value.operations };
  } catch {
    return undefined;
  }
}
