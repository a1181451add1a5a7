// For commands whose values live about as long as the command: V8's young generation, which would grow to 48 MB, then
// only holds garbage, the old one would be let grow to twice of what is in use, and code is compiled for a long life.
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import type { World } from '@pawl/wiring';

/** Of V8's settings at the start. */
let usual: number | undefined;

/** V8 reads these each time it collects. */
export function keepMemorySmall(): void {
  usual ??= cachedDataVersionTag();
  // What has grown stays.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
  // Two threads that share 1 MB of work cost more than they help.
  setFlagsFromString('--no-parallel-scavenge');
  // The optimizing compiler took a third of the processor time of ten thousand cases, on threads of its own, for code
  // that was run for a second more. What really is hot, as a distance of long texts, still gets it.
  setFlagsFromString('--invocation-count-for-turbofan=100000');
  setFlagsFromString('--no-concurrent-sparkplug');
}

/** V8's own settings again: it keeps compiled code for the next run only where that will have the same. */
export function memoryAsUsual(): void {
  if (usual === undefined) return;
  setFlagsFromString('--semi-space-growth-factor=2');
  setFlagsFromString('--heap-growing-percent=0');
  setFlagsFromString('--parallel-scavenge');
  setFlagsFromString('--concurrent-sparkplug');
  // What it begins with is not what V8 tells as its default, and depends on the compilers that are switched on.
  for (const count of [3000, 10_000]) {
    setFlagsFromString(`--invocation-count-for-turbofan=${count}`);
    if (cachedDataVersionTag() === usual) return;
  }
}

/** Characters of a file, and milliseconds, from which on there are cases enough: for few, the settings take longer than they save. */
const large = 100_000;
const long = 500;

/** The same world, with small memory from the first large file on, or when it takes long. */
export function smallInMemory(world: World): World {
  setTimeout(keepMemorySmall, long).unref();
  const { workspace } = world;
  const seen = <T extends { readonly length: number } | undefined>(content: T): T => {
    if (content !== undefined && content.length > large) keepMemorySmall();
    return content;
  };
  return {
    ...world,
    workspace: {
      ...workspace,
      read: async (path) => seen(await workspace.read(path)),
      readText: async (path) => seen(await workspace.readText(path)),
    },
  };
}
