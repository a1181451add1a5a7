// A version that is asked for as baseline, by what it is called: `production`, `v1.2.0`, `mail-triage@staging`.
import type { BaselineSource } from '../formats/run.ts';
import { parseVersion, parseVersionRef } from '../formats/version-ref.ts';
import type { RegisteredVersion, Registry } from '../ports/registry.ts';
import { lostHolder } from '../registry/lost-holder.ts';

export interface VersionAsked {
  readonly name: string;
  /** A version or a label. */
  readonly at: string;
  /** The name was written, so that nothing but a version can be meant. */
  readonly named: boolean;
}

/** @param name whose versions are meant where only a version or a label is written */
export function versionAsked(asked: string, name: string): VersionAsked {
  const written = parseVersionRef(asked).value;
  return { ...(written ?? { name, at: asked }), named: written !== undefined };
}

export interface NamedVersion {
  readonly version: RegisteredVersion;
  readonly by: 'label' | 'version';
  /** As it was called. */
  readonly at: string;
}

/** @throws LostVersionError where the label still lies on a version whose tag was deleted */
export async function findVersion(
  { name, at }: Pick<VersionAsked, 'name' | 'at'>,
  registry: Registry,
): Promise<NamedVersion | undefined> {
  const version = await registry.resolve(name, at);
  if (parseVersion(at) !== undefined) return version && { version, by: 'version', at };
  const lost = lostHolder(await registry.history(name), at, version?.commit);
  if (lost !== undefined) throw new LostVersionError(name, at, lost);
  return version && { version, by: 'label', at };
}

/** What held the label is gone: that is not the same as nothing ever having held it. */
class LostVersionError extends Error {
  override readonly name = 'LostVersionError';
  readonly hint: string;

  constructor(name: string, label: string, commit: string) {
    super(`${label} of ${name} lies on commit ${commit.slice(0, 7)}, which is no version any more: its tag is gone.`);
    this.hint = `Fetch all tags (\`git fetch --tags\`); or register that commit again, move the label, or take it away (\`pawl registry unlabel ${name} ${label}\`).`;
  }
}

/** What `auto` and `required` mean where a version was promoted. */
export const productionOf = (name: string, registry: Registry): Promise<NamedVersion | undefined> =>
  findVersion({ name, at: 'production' }, registry);

export const sourceOf = ({ version, by }: NamedVersion): BaselineSource => ({
  source: by,
  name: version.name,
  version: version.version,
  commit: version.commit,
  date: version.at,
});
