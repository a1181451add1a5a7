import type { Workspace } from '../workspace.ts';

/** Files in memory. `fingerprint` digests are the text's length and a sum: enough to tell files apart. */
export function fakeWorkspace(files: Record<string, string | Uint8Array>): Workspace {
  const content = new Map(Object.entries(files));
  const bytesOf = (path: string): Uint8Array | undefined => {
    const found = content.get(path);
    return typeof found === 'string' ? new TextEncoder().encode(found) : found;
  };
  return {
    read: async (path) => bytesOf(path),
    readText: async (path) => {
      const bytes = bytesOf(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    list: async (glob) => [...content.keys()].filter((path) => globPattern(glob).test(path)).toSorted(),
    fingerprint: async (path) => {
      const bytes = bytesOf(path);
      if (bytes === undefined) return undefined;
      const sum = bytes.reduce((total, byte, index) => (total + byte * (index + 1)) % 0xffffffff, 0);
      return { digest: `sha256:${sum.toString(16).padStart(64, '0')}`, bytes: bytes.length };
    },
    resolve: async (path) => `/workspace/${path}`,
    write: async (path, data) => {
      content.set(path, data);
    },
  };
}

/** Enough of globs for tests: `*`, and `**` between slashes. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '§§')
    .replaceAll('*', '[^/]*')
    .replaceAll('§§', '(?:.*/)?');
  return new RegExp(`^${source}$`);
}
