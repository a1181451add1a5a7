// From tags to state, as `gto show` does it: events in order of their taggers' time; the holder of a label is, of the
// versions with an active assignment, the one that was assigned last.
import { compareVersions, parseVersion } from '../formats/version-ref.ts';
import type { RegisteredVersion, RegistryEvent } from '../ports/registry.ts';
import { parseTag, type RegistryTag } from './tags.ts';
import { trailersOf } from './trailers.ts';

/** An annotated tag as Git has it. */
export interface TagRecord {
  readonly tag: string;
  readonly commit: string;
  /** Seconds since 1970, by the tagger's clock. */
  readonly time: number;
  /** The same, ISO 8601. */
  readonly at: string;
  readonly actor: string;
  readonly message: string;
}

export interface NamedState {
  readonly name: string;
  /** Active ones, highest first. */
  readonly versions: readonly RegisteredVersion[];
  /** Those that were taken out of use, highest first. */
  readonly archived: readonly RegisteredVersion[];
  readonly deprecated: boolean;
  /** Oldest first. */
  readonly events: readonly RegistryEvent[];
  /** Label → versions with an active assignment, the last assigned first: that one holds the label. */
  readonly assignments: ReadonlyMap<string, readonly RegisteredVersion[]>;
  /** For the next tag: above all counters, and younger than all tags. */
  readonly nextCounter: number;
  readonly lastTime: number;
}

interface Event {
  readonly tag: RegistryTag;
  readonly record: TagRecord;
}

/** @returns states by name, sorted by name */
export function replay(records: readonly TagRecord[]): ReadonlyMap<string, NamedState> {
  const events = records.flatMap((record): readonly Event[] => {
    const tag = parseTag(record.tag);
    return tag === undefined ? [] : [{ tag, record }];
  });
  const byName = Map.groupBy(events.toSorted(inOrder), ({ tag }) => tag.name);
  const names = [...byName.keys()].toSorted();
  return new Map(names.map((name) => [name, stateOf(name, byName.get(name) ?? [])]));
}

/** Sorted by name, then highest version first. */
export function listVersions(
  states: ReadonlyMap<string, NamedState>,
  name?: string,
  { archived = false }: { readonly archived?: boolean } = {},
): readonly RegisteredVersion[] {
  return [...states.values()]
    .filter((state) => name === undefined || state.name === name)
    .flatMap((state) => (archived ? [...state.versions, ...state.archived].toSorted(byVersion) : state.versions));
}

export const emptyState = (name: string): NamedState => stateOf(name, []);

/** Time has a resolution of a second; in a tie the counter decides, then the cancelling event comes last, as in GTO. */
function inOrder(a: Event, b: Event): number {
  const cancels = ({ tag }: Event): number => (tag.action === 'unlabel' || tag.action === 'deregister' ? 1 : 0);
  return (
    a.record.time - b.record.time ||
    (a.tag.counter ?? 0) - (b.tag.counter ?? 0) ||
    cancels(a) - cancels(b) ||
    (a.record.tag < b.record.tag ? -1 : 1)
  );
}

function stateOf(name: string, events: readonly Event[]): NamedState {
  const registered = new Map<string, Event>();
  const archived = new Map<string, readonly [Event, Event]>();
  for (const event of events) {
    const { action, version } = event.tag;
    if (version === undefined) continue;
    const before = registered.get(version);
    if (action === 'register') {
      registered.set(version, event);
      archived.delete(version);
    } else if (before !== undefined) {
      registered.delete(version);
      archived.set(version, [before, event]);
    }
  }
  const versionAt = new Map([...registered].map(([version, { record }]) => [record.commit, version]));
  const holders = new Map(
    [...activeAssignments(events)].map(([label, commits]) => [
      label,
      commits.flatMap((commit) => versionAt.get(commit) ?? []),
    ]),
  );
  const deprecated = isDeprecated(events);
  const versionOf = ({ tag, record: { commit, at, message } }: Event): RegisteredVersion => {
    const version = tag.version ?? '';
    const labels = [...holders].filter(([, held]) => held[0] === version).map(([label]) => label);
    return { name, version, commit, at, message, labels: labels.toSorted(), deprecated };
  };
  const versions = [...registered.values()].map(versionOf).toSorted(byVersion);
  const known = new Map(versions.map((version) => [version.version, version]));
  return {
    name,
    versions,
    archived: [...archived.values()]
      .map(
        ([
          made,
          {
            record: { at, actor, message },
          },
        ]) => ({
          ...versionOf(made),
          labels: [],
          archived: { at, actor, message },
        }),
      )
      .toSorted(byVersion),
    deprecated,
    events: eventsOf(events),
    assignments: new Map(
      [...holders].map(([label, held]) => [label, held.flatMap((version) => known.get(version) ?? [])]),
    ),
    nextCounter: Math.max(0, ...events.map(({ tag }) => tag.counter ?? 0)) + 1,
    lastTime: newest(events),
  };
}

const byVersion = (a: RegisteredVersion, b: RegisteredVersion): number => highestFirst(a.version, b.version);

const newest = (events: readonly Event[]): number =>
  events.reduce((latest, { record }) => Math.max(latest, record.time), 0);

/** Whatever happens to a name later ends its deprecation; what happens in the same second does too, as in GTO. */
function isDeprecated(events: readonly Event[]): boolean {
  const deprecations = events.filter(({ tag }) => tag.action === 'deprecate');
  const others = events.filter(({ tag }) => tag.action !== 'deprecate');
  return deprecations.length > 0 && newest(deprecations) > newest(others);
}

/** A label's tag names no version: it lies on the version's commit. @returns commits by label, the last assigned first */
function activeAssignments(events: readonly Event[]): ReadonlyMap<string, readonly string[]> {
  const assigned = new Map<string, readonly string[]>();
  for (const { tag, record } of events) {
    if (tag.label === undefined) continue;
    const others = (assigned.get(tag.label) ?? []).filter((commit) => commit !== record.commit);
    assigned.set(tag.label, tag.action === 'label' ? [record.commit, ...others] : others);
  }
  return assigned;
}

/** A label's event names the version its commit was ever registered as, also when that was archived since. */
function eventsOf(events: readonly Event[]): readonly RegistryEvent[] {
  const versionAt = new Map(
    events.flatMap(({ tag, record }) =>
      tag.action === 'register' && tag.version !== undefined ? [[record.commit, tag.version] as const] : [],
    ),
  );
  return events.map(({ tag, record }) => {
    const version = tag.version ?? versionAt.get(record.commit);
    return {
      name: tag.name,
      action: tag.action,
      ...(version !== undefined && tag.action !== 'deprecate' && { version }),
      ...(tag.label !== undefined && { label: tag.label }),
      commit: record.commit,
      tag: record.tag,
      at: record.at,
      actor: record.actor,
      message: record.message,
      ...trailersOf(record.message),
    };
  });
}

export function highestFirst(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === undefined || right === undefined) return a < b ? 1 : -1;
  return compareVersions(right, left);
}
