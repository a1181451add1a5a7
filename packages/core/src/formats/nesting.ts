// How deep others' JSON may be nested. V8 reads any depth, but much of what is done with a value afterwards calls itself
// for each level, V8's own writing of JSON included: some thousand levels would end the whole run.

/** Nobody nests by hand, or by a program that means well, like this. YAML's parser gives up at some eight hundred. */
export const mostLevels = 500;

/** @param text of which the value was read: what is short costs nothing to know */
export function isTooDeep(value: unknown, text: string): boolean {
  // Each level opens and closes.
  if (text.length <= 2 * mostLevels) return false;
  let level: readonly unknown[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 0; depth < mostLevels; depth++) {
    const next: unknown[] = [];
    for (const container of level)
      for (const member of Object.values(container as object))
        if (typeof member === 'object' && member !== null) next.push(member);
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}
