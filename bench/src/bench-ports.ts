// The ports of a use case over one folder of files, with a real digest and nothing else.
import type { RunContext, Workspace } from '@pawl/core';
import { createHash } from 'node:crypto';

export const benchContext: RunContext = {
  runId: '01KBENCH000000000000000000',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: () => '2026-01-01T00:00:00.000Z',
  origin: {},
  sha256: (data) => `sha256:${createHash('sha256').update(data).digest('hex')}`,
  progress: () => {},
};

/** Data files by absolute path, text files from memory; data are not hashed, since their reading is what is measured. */
export function benchWorkspace(texts: Readonly<Record<string, string>>): Workspace {
  const bytes = (path: string) => (texts[path] === undefined ? undefined : new TextEncoder().encode(texts[path]));
  return {
    read: async (path) => bytes(path),
    readText: async (path) => texts[path],
    list: async (path) => [path],
    fingerprint: async () => ({ digest: `sha256:${'0'.repeat(64)}`, bytes: 0 }),
    resolve: async (path) => path,
    write: async () => {},
  };
}
