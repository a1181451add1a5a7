// The Registry port in memory: the same rules (core's), with a list instead of Git's tags.
import {
  emptyState,
  listVersions,
  planArchive,
  planDeprecate,
  planLabel,
  planRegister,
  planUnlabel,
  replay,
  resolveVersion,
  type NamedState,
  type Plan,
  type TagRecord,
} from '../../registry/index.ts';
import type { Clock } from '../clock.ts';
import type { Registry } from '../registry.ts';
import { fakeClock } from './fake-context.ts';

export interface MemoryRegistry extends Registry {
  readonly tags: readonly TagRecord[];
}

/** @param iso writes milliseconds since 1970 as ISO 8601; by default the number alone, so that nothing depends on a calendar */
export function memoryRegistry(
  clock: Pick<Clock, 'now'> = fakeClock(),
  iso: (milliseconds: number) => string = (milliseconds) => String(milliseconds),
): MemoryRegistry {
  const tags: TagRecord[] = [];
  const stateOf = (name: string): NamedState => replay(tags).get(name) ?? emptyState(name);
  const write = (plan: Plan, message: string): void => {
    if (plan.refusal !== undefined) throw Object.assign(new Error(plan.refusal.message), { code: plan.refusal.code });
    for (const { tag, commit, time } of plan.tags)
      tags.push({ tag, commit, time, at: iso(time * 1000), actor: 'tester', message });
  };
  const now = (): number => Math.floor(clock.now() / 1000);
  return {
    tags,
    list: async (name, options) => listVersions(replay(tags), name, options),
    resolve: async (name, at) => resolveVersion(stateOf(name), at),
    register: async ({ name, version, commit, message }) => {
      write(planRegister(stateOf(name), { commit, ...(version !== undefined && { version }) }, now()), message);
      const made = stateOf(name).versions.find((one) => one.commit === commit);
      if (made === undefined) throw new Error(`${name} was not registered.`);
      return made;
    },
    label: async ({ name, version, label, message }) =>
      write(planLabel(stateOf(name), { version, label }, now()), message),
    unlabel: async ({ name, label, message }) => write(planUnlabel(stateOf(name), label, now()), message),
    deprecate: async ({ name, message }) => write(planDeprecate(stateOf(name), now()), message),
    archive: async ({ name, version, message }) => write(planArchive(stateOf(name), version, now()), message),
    tagger: async () => ({ name: 'tester', email: 'tester@example.com' }),
    history: async (name) => stateOf(name).events,
  };
}
