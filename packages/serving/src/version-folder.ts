// Numbered version folders, written so that no server ever reads half of one: <model>/config.pbtxt and
// <model>/<version>/model.onnx for Triton, <adapter>/<version>/… for vLLM.
import { mkdir, open, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Version folders of a model, ascending. Triton ignores other names, and numbers with a leading zero. */
export async function versionsIn(folder: string): Promise<readonly number[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(absent);
  return (entries ?? [])
    .filter((entry) => entry.isDirectory() && /^[1-9]\d*$/.test(entry.name))
    .map((entry) => Number(entry.name))
    .toSorted((a, b) => a - b);
}

/**
 * Writes a version's files under a temporary name, to disk, and renames it into place: a server that polls,
 * or a process that dies, never leaves half a version.
 * @returns its number: one above the highest that was ever there, or the highest itself when it holds the same
 *   bytes already (a stage that was interrupted after its rename). A number is never used for other bytes.
 */
export async function addVersion(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  taken: readonly number[],
): Promise<number> {
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  const present = await versionsIn(folder);
  const highest = Math.max(0, ...present, ...taken);
  if (present.includes(highest) && !taken.includes(highest) && (await holds(join(folder, String(highest)), files))) {
    return highest;
  }
  const temporary = join(folder, `.tmp-${process.pid}-${Date.now().toString(36)}`);
  await mkdir(temporary);
  try {
    for (const [name, bytes] of Object.entries(files)) await writeDurably(join(temporary, name), bytes);
    await syncFolder(temporary);
    await rename(temporary, join(folder, String(highest + 1)));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(folder);
  return highest + 1;
}

/**
 * Replaces a file by rename, and sets its time to now: Triton answers 200 and does nothing when the folder is
 * not *newer* than what it has loaded, whatever the bytes say.
 */
export async function replaceFile(folder: string, name: string, text: string): Promise<void> {
  const temporary = join(folder, `.tmp-${name}`);
  await writeDurably(temporary, new TextEncoder().encode(text));
  await rename(temporary, join(folder, name));
  const now = new Date();
  await utimes(join(folder, name), now, now);
  await utimes(folder, now, now);
}

export async function readIfPresent(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(absent);
}

async function holds(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<boolean> {
  const names = await readdir(folder);
  if (names.toSorted().join('/') !== Object.keys(files).toSorted().join('/')) return false;
  for (const [name, bytes] of Object.entries(files)) {
    if (!(await readFile(join(folder, name))).equals(bytes)) return false;
  }
  return true;
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`.tmp-${process.pid}-`)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes, { flush: true });
}

/** A rename is durable when its folder is. Some file systems cannot sync a folder; theirs is not ours to mend. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().catch(() => {});
  await handle.close();
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
