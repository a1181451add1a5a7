// `name@v1.2.3`, `name@production`, `name@latest` → one version.
import { parseVersion } from '../formats/version-ref.ts';
import type { RegisteredVersion } from '../ports/registry.ts';
import type { NamedState } from './replay.ts';

/** `latest` is the highest version that is no prerelease, or the highest one when there are only prereleases. */
export function resolveVersion(state: NamedState, at: string): RegisteredVersion | undefined {
  if (at === 'latest') {
    return state.versions.find(({ version }) => parseVersion(version)?.prerelease === undefined) ?? state.versions[0];
  }
  if (parseVersion(at) !== undefined) return state.versions.find(({ version }) => version === at);
  return state.assignments.get(at)?.[0];
}
