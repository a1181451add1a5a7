// Packs the extension as its users get it, and holds the package to its budget.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';

const extension = dirname(import.meta.dirname);
const BUDGET = 1_000_000;

/** @returns {Promise<{ path: string, bytes: number, files: string[] }>} */
export async function packExtension() {
  const path = join(extension, 'dist', 'pawl.vsix');
  mkdirSync(dirname(path), { recursive: true });
  // Everything is in the bundle, so no dependency is packed; the repository's address is given at the release.
  await createVSIX({ cwd: extension, packagePath: path, dependencies: false, allowMissingRepository: true });
  const files = await listFiles({ cwd: extension, packageManager: PackageManager.None });
  const bytes = statSync(path).size;
  if (bytes > BUDGET) throw new Error(`the VSIX has ${bytes} bytes, ${BUDGET} are its budget`);
  return { path, bytes, files };
}
