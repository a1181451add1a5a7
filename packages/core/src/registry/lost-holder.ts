// A label whose version is gone: somebody deleted the version's tag, and the label still lies on its commit. Whoever asks
// the registry then hears of an older holder, or of none, and must not take that for the truth.
import type { RegistryEvent } from '../ports/registry.ts';

/**
 * @param events of one name, oldest first
 * @param held commit of the version that the registry names, where it names one
 * @returns the commit that the label lies on, if that is no version any more
 */
export function lostHolder(
  events: readonly RegistryEvent[],
  label: string,
  held: string | undefined,
): string | undefined {
  let assigned: readonly RegistryEvent[] = [];
  for (const event of events.filter((each) => each.label === label)) {
    const others = assigned.filter(({ commit }) => commit !== event.commit);
    assigned = event.action === 'label' ? [event, ...others] : others;
  }
  const [last] = assigned;
  if (last === undefined || last.commit === held) return undefined;
  // A version that was archived while it held the label passes it on, as in GTO: but not to nobody.
  return last.version === undefined || held === undefined ? last.commit : undefined;
}
