// For commands whose values live about as long as the command: V8's young generation, which would grow to 48 MB, then
// only holds garbage. Cases are read, asked and scored as quickly with one that stays small.
import { setFlagsFromString } from 'node:v8';

/** V8 reads this flag each time it would let the young generation grow; what has grown stays. */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
