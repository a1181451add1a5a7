// What to write for a change: tags in order, or why there is nothing to write. Pure, so that a lost race is answered
// by planning again on the new state.
import { isRegistryName, parseVersion } from '../formats/version-ref.ts';
import type { RegisteredVersion } from '../ports/registry.ts';
import type { NamedState } from './replay.ts';
import { formatTag, type RegistryAction } from './tags.ts';

export interface PlannedTag {
  readonly tag: string;
  readonly commit: string;
  /** Seconds since 1970: younger than every tag of the name, so that GTO replays them in our order. */
  readonly time: number;
}

export interface Refusal {
  readonly code:
    | 'REGISTRY_NAME'
    | 'REGISTRY_VERSION'
    | 'REGISTRY_VERSION_TAKEN'
    | 'REGISTRY_COMMIT_TAKEN'
    | 'REGISTRY_UNKNOWN_VERSION';
  readonly message: string;
  readonly hint: string;
}

export interface Plan {
  /** Empty when all is as wanted already. */
  readonly tags: readonly PlannedTag[];
  readonly refusal?: Refusal;
}

const refuse = (code: Refusal['code'], message: string, hint: string): Plan => ({
  tags: [],
  refusal: { code, message, hint },
});

/** @param now seconds since 1970 */
export function planRegister(
  state: NamedState,
  { version, commit }: { readonly version?: string; readonly commit: string },
  now: number,
): Plan {
  const { name, versions } = state;
  if (!isRegistryName(name)) return badName(name);
  if (version !== undefined && parseVersion(version) === undefined) {
    return refuse(
      'REGISTRY_VERSION',
      `"${version}" is no version.`,
      'Write a semantic version with a v, for example v1.2.3.',
    );
  }
  const active = versions.find((one) => one.commit === commit);
  if (active !== undefined && (version === undefined || version === active.version)) return { tags: [] };
  // Also a withdrawn version: GTO refuses to read a commit with two.
  const there = state.events.find((event) => event.action === 'register' && event.commit === commit);
  if (there !== undefined) {
    return refuse(
      'REGISTRY_COMMIT_TAKEN',
      `Commit ${commit.slice(0, 12)} is ${name}@${there.version} already; it cannot be ${version ?? 'another version'} too.`,
      'A commit holds one version of a name: register another commit.',
    );
  }
  const wanted = version ?? nextPatch(versions[0]);
  const taken = state.events.find((event) => event.action === 'register' && event.version === wanted);
  if (taken !== undefined) {
    return refuse(
      'REGISTRY_VERSION_TAKEN',
      `${name}@${wanted} exists on commit ${taken.commit.slice(0, 12)}; a version never moves.`,
      'Take the next version, or leave the version out.',
    );
  }
  return {
    tags: [{ tag: formatTag({ name, action: 'register', version: wanted }), commit, time: after(state, now, 0) }],
  };
}

/** GTO's holder is the highest version with an active assignment, so every higher assignment is cancelled first. */
export function planLabel(
  state: NamedState,
  { version, label }: { readonly version: string; readonly label: string },
  now: number,
): Plan {
  if (!isRegistryName(label) || label === 'latest' || parseVersion(label) !== undefined) return badName(label);
  const wanted = state.versions.find((one) => one.version === version);
  if (wanted === undefined) {
    return refuse(
      'REGISTRY_UNKNOWN_VERSION',
      `${state.name}@${version} is not registered.`,
      'Register it first; `pawl registry list` shows what there is.',
    );
  }
  const active = state.assignments.get(label) ?? [];
  if (active[0]?.version === version) return { tags: [] };
  const higher = active.slice(0, indexAbove(state, active, version));
  return {
    tags: numbered(state, now, [...higher.map((one) => ['unlabel', label, one] as const), ['label', label, wanted]]),
  };
}

/** Every active assignment is cancelled: otherwise the next lower one would hold the label. */
export function planUnlabel(state: NamedState, label: string, now: number): Plan {
  const active = state.assignments.get(label) ?? [];
  return {
    tags: numbered(
      state,
      now,
      active.map((one) => ['unlabel', label, one] as const),
    ),
  };
}

function indexAbove(state: NamedState, active: readonly RegisteredVersion[], version: string): number {
  const rank = (wanted: string): number => state.versions.findIndex((one) => one.version === wanted);
  const first = active.findIndex((one) => rank(one.version) >= rank(version));
  return first < 0 ? active.length : first;
}

function numbered(
  state: NamedState,
  now: number,
  events: readonly (readonly [RegistryAction, string, RegisteredVersion])[],
): readonly PlannedTag[] {
  return events.map(([action, label, { commit }], index) => ({
    tag: formatTag({ name: state.name, action, label, counter: state.nextCounter + index }),
    commit,
    time: after(state, now, index),
  }));
}

const after = (state: NamedState, now: number, index: number): number =>
  Math.max(Math.floor(now), state.lastTime + 1) + index;

function nextPatch(highest: RegisteredVersion | undefined): string {
  const parsed = highest === undefined ? undefined : parseVersion(highest.version);
  if (parsed === undefined) return 'v0.1.0';
  const { major, minor, patch, prerelease } = parsed;
  // The release that a prerelease leads to comes before the next patch.
  return `v${major}.${minor}.${prerelease === undefined ? patch + 1 : patch}`;
}

const badName = (name: string): Plan =>
  refuse(
    'REGISTRY_NAME',
    `"${name}" cannot be a name in the registry.`,
    'Use letters, digits, "-", "_" and "/", and begin and end with a letter or a digit; "latest" and versions are taken.',
  );
