// A workspace that is a folder of the disk: models are too large to be held twice.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';

export function folderWorkspace(folder: string): Workspace {
  const read = (path: string): Promise<Uint8Array | undefined> => readFile(join(folder, path)).catch(() => undefined);
  return {
    ...fakeWorkspace({}),
    read,
    readText: async (path) => {
      const bytes = await read(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    fingerprint: async (path) => {
      const bytes = await read(path);
      if (bytes === undefined) return undefined;
      return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes: bytes.byteLength };
    },
  };
}
