// From tags to state, as GTO does it: events in order of their taggers' time; the holder of a label is the highest
// version with an active assignment, not the one assigned last.
import { compareVersions, parseVersion } from '../formats/version-ref.ts';
import type { RegisteredVersion, RegistryEvent } from '../ports/registry.ts';
import { parseTag, type RegistryTag } from './tags.ts';

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
  /** Oldest first. */
  readonly events: readonly RegistryEvent[];
  /** Label → versions with an active assignment, highest first: the first one holds the label. */
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
  for (const event of events) {
    const { action, version } = event.tag;
    if (action === 'register' && version !== undefined) registered.set(version, event);
    if (action === 'deregister' && version !== undefined) registered.delete(version);
  }
  const versionAt = new Map([...registered].map(([version, { record }]) => [record.commit, version]));
  const assigned = activeAssignments(events);
  const holders = new Map<string, readonly string[]>();
  for (const [label, commits] of assigned) {
    holders.set(label, [...commits].flatMap((commit) => versionAt.get(commit) ?? []).toSorted(highestFirst));
  }
  const deprecated = events.at(-1)?.tag.action === 'deprecate';
  const versions = [...registered.values()]
    .map(({ tag, record }): RegisteredVersion => {
      const version = tag.version ?? '';
      const labels = [...holders].filter(([, held]) => held[0] === version).map(([label]) => label);
      const { commit, at, message } = record;
      return { name, version, commit, at, message, labels: labels.toSorted(), deprecated };
    })
    .toSorted((a, b) => highestFirst(a.version, b.version));
  const known = new Map(versions.map((version) => [version.version, version]));
  return {
    name,
    versions,
    events: events.map((event) => eventOf(event, versionAt)),
    assignments: new Map(
      [...holders].map(([label, held]) => [label, held.flatMap((version) => known.get(version) ?? [])]),
    ),
    nextCounter: Math.max(0, ...events.map(({ tag }) => tag.counter ?? 0)) + 1,
    lastTime: events.reduce((latest, { record }) => Math.max(latest, record.time), 0),
  };
}

/** A label's tag names no version: it lies on the version's commit. */
function activeAssignments(events: readonly Event[]): ReadonlyMap<string, ReadonlySet<string>> {
  const assigned = new Map<string, Set<string>>();
  for (const { tag, record } of events) {
    if (tag.label === undefined) continue;
    const commits = assigned.get(tag.label) ?? new Set<string>();
    assigned.set(tag.label, commits);
    if (tag.action === 'label') commits.add(record.commit);
    else commits.delete(record.commit);
  }
  return assigned;
}

function eventOf({ tag, record }: Event, versionAt: ReadonlyMap<string, string>): RegistryEvent {
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
  };
}

export function highestFirst(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === undefined || right === undefined) return a < b ? 1 : -1;
  return compareVersions(right, left);
}
