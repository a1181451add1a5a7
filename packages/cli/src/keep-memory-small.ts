// For commands whose values live about as long as the command: V8's young generation, which would grow to 48 MB, then
// only holds garbage, and the old one would be let grow to twice of what is in use.
import { setFlagsFromString } from 'node:v8';

/** V8 reads these each time it collects. */
export function keepMemorySmall(): void {
  // What has grown stays.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
  // Two threads that share 1 MB of work cost more than they help.
  setFlagsFromString('--no-parallel-scavenge');
}
