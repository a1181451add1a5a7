// What DVC knows of a path: in the `.dvc` file beside it, or in the nearest `dvc.lock` above.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { readDvcLock, readDvcPointer, type PointedFile } from '@pawl/core/tracking';
import type { World } from '@pawl/wiring';

/** Undefined when DVC does not track it. */
export async function pointerTo({ workspace }: World, path: string): Promise<PointedFile | undefined> {
  const beside = await workspace.readText(`${path}.dvc`).catch(() => undefined);
  const pointed = beside === undefined ? undefined : readDvcPointer(beside)[0];
  if (pointed !== undefined) return pointed;
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const lock = await workspace.readText(posix.join(folder, 'dvc.lock')).catch(() => undefined);
    const out = lock === undefined ? undefined : readDvcLock(lock).find((one) => posix.join(folder, one.path) === path);
    if (out !== undefined || folder === '.') return out;
  }
}

/** The digest DVC gives to a file of these bytes: `md5:…`. */
export async function md5Of({ workspace }: World, path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(await workspace.resolve(path)) as AsyncIterable<Buffer>)
    hash.update(chunk);
  return `md5:${hash.digest('hex')}`;
}
