// What to write for a change: tags in order, or why there is nothing to write. Pure, so that a lost race is answered
// by planning again on the new state.
import { isRegistryName, parseVersion } from '../formats/version-ref.ts';
import type { RegisteredVersion } from '../ports/registry.ts';
import { highestFirst, type NamedState } from './replay.ts';
import { formatTag, type RegistryTag } from './tags.ts';

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
    | 'REGISTRY_UNKNOWN'
    | 'REGISTRY_UNKNOWN_VERSION';
  readonly message: string;
  readonly hint: string;
}

export interface Plan {
  /** Empty when all is as wanted already. */
  readonly tags: readonly PlannedTag[];
  readonly refusal?: Refusal;
}

type Wish = Omit<RegistryTag, 'name' | 'counter'> & { readonly commit: string };

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
  const registrations = state.events.filter((event) => event.action === 'register');
  // Also an archived version: GTO refuses to read a commit with two, or a version that was registered twice.
  const there = registrations.find((event) => event.commit === commit);
  if (there !== undefined) {
    const archived = active === undefined ? ', and archived' : '';
    return refuse(
      'REGISTRY_COMMIT_TAKEN',
      `Commit ${commit.slice(0, 12)} is ${name}@${there.version} already${archived}; it cannot be ${version ?? 'another version'} too.`,
      'A commit holds one version of a name: register another commit.',
    );
  }
  const taken = new Map(registrations.map((event) => [event.version, event]));
  const wanted = version ?? nextPatch(versions[0], taken);
  const holder = taken.get(wanted);
  if (holder !== undefined) {
    return refuse(
      'REGISTRY_VERSION_TAKEN',
      `${name}@${wanted} exists on commit ${holder.commit.slice(0, 12)}; a version never moves.`,
      'Take the next version, or leave the version out.',
    );
  }
  return { tags: write(state, now, [{ action: 'register', version: wanted, commit }]) };
}

/**
 * `gto show` takes the version that was assigned last, and GTO's `which` the highest of those with an active assignment.
 * Every higher assignment is cancelled first, so that both say the same.
 */
export function planLabel(
  state: NamedState,
  { version, label }: { readonly version: string; readonly label: string },
  now: number,
): Plan {
  if (!isRegistryName(label) || label === 'latest' || parseVersion(label) !== undefined) return badName(label);
  const wanted = state.versions.find((one) => one.version === version);
  if (wanted === undefined) return unknownVersion(state, version);
  const active = state.assignments.get(label) ?? [];
  const higher = active
    .filter((one) => highestFirst(one.version, version) < 0)
    .toSorted((a, b) => highestFirst(a.version, b.version));
  const wishes: readonly Wish[] = higher.map(({ commit }) => ({ action: 'unlabel', label, commit }));
  if (active[0]?.version === version) return { tags: write(state, now, wishes) };
  return { tags: write(state, now, [...wishes, { action: 'label', label, commit: wanted.commit }]) };
}

/** Every active assignment is cancelled: otherwise an older one would hold the label. */
export function planUnlabel(state: NamedState, label: string, now: number): Plan {
  return { tags: write(state, now, stayingDeprecated(state, endLabel(state, label))) };
}

/** GTO's `name@v1.2.3!`. What it holds is taken away before, from older versions too: none inherits a label unasked. */
export function planArchive(state: NamedState, version: string, now: number): Plan {
  const wanted = state.versions.find((one) => one.version === version);
  if (wanted === undefined) {
    return state.archived.some((one) => one.version === version) ? { tags: [] } : unknownVersion(state, version);
  }
  const unlabelled = [...state.assignments].flatMap(([label, active]): readonly Wish[] => {
    if (active[0]?.version === version) return endLabel(state, label);
    const own = active.some((one) => one.version === version);
    return own ? [{ action: 'unlabel', label, commit: wanted.commit }] : [];
  });
  const wishes: readonly Wish[] = [...unlabelled, { action: 'deregister', version, commit: wanted.commit }];
  return { tags: write(state, now, stayingDeprecated(state, wishes)) };
}

/** GTO's `name@deprecated`, on the commit that was spoken of last. */
export function planDeprecate(state: NamedState, now: number): Plan {
  const last = state.events.at(-1);
  if (last === undefined) {
    return refuse(
      'REGISTRY_UNKNOWN',
      `Nothing was ever registered as "${state.name}".`,
      '"pawl registry list" shows what is.',
    );
  }
  return { tags: state.deprecated ? [] : write(state, now, [{ action: 'deprecate', commit: last.commit }]) };
}

const endLabel = (state: NamedState, label: string): readonly Wish[] =>
  (state.assignments.get(label) ?? []).map(({ commit }) => ({ action: 'unlabel', label, commit }));

/** In GTO any later event makes a name active again; taking something away is not meant to. */
function stayingDeprecated(state: NamedState, wishes: readonly Wish[]): readonly Wish[] {
  const last = wishes.at(-1);
  return last === undefined || !state.deprecated ? wishes : [...wishes, { action: 'deprecate', commit: last.commit }];
}

/** Labels come and go, so their tags are numbered; the others are only when the plain name is taken. */
function write(state: NamedState, now: number, wishes: readonly Wish[]): readonly PlannedTag[] {
  const taken = new Set(state.events.map(({ tag }) => tag));
  const first = Math.max(Math.floor(now), state.lastTime + 1);
  let counter = state.nextCounter;
  return wishes.map(({ commit, ...wish }, index) => {
    const plain = formatTag({ name: state.name, ...wish });
    const numbered = wish.label !== undefined || taken.has(plain);
    const tag = numbered ? formatTag({ name: state.name, ...wish, counter: counter++ }) : plain;
    return { tag, commit, time: first + index };
  });
}

/** Numbers of archived versions are not given again. */
function nextPatch(highest: RegisteredVersion | undefined, taken: ReadonlyMap<string | undefined, unknown>): string {
  const parsed = highest === undefined ? undefined : parseVersion(highest.version);
  // The release that a prerelease leads to comes before the next patch.
  const { major, minor, patch } =
    parsed === undefined
      ? { major: 0, minor: 1, patch: 0 }
      : { ...parsed, patch: parsed.prerelease === undefined ? parsed.patch + 1 : parsed.patch };
  for (let next = patch; ; next++) {
    const version = `v${major}.${minor}.${next}`;
    if (!taken.has(version)) return version;
  }
}

const refuse = (code: Refusal['code'], message: string, hint: string): Plan => ({
  tags: [],
  refusal: { code, message, hint },
});

function unknownVersion({ name, archived }: NamedState, version: string): Plan {
  const gone = archived.some((one) => one.version === version);
  return refuse(
    'REGISTRY_UNKNOWN_VERSION',
    gone ? `${name}@${version} is archived.` : `${name}@${version} is not registered.`,
    gone
      ? 'An archived version stays so: register the commit that follows it.'
      : 'Register it first; `pawl registry list` shows what there is.',
  );
}

const badName = (name: string): Plan =>
  refuse(
    'REGISTRY_NAME',
    `"${name}" cannot be a name in the registry.`,
    'Use letters, digits, "-", "_" and "/", and begin and end with a letter or a digit; "latest" and versions are taken.',
  );
