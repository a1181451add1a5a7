// Names of versions, in GTO's grammar: `name@v1.2.3`, `name@production`, `name@latest`.
import type { Read } from './problem.ts';

export interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease?: string;
}

/** `at`: a version (`v1.2.3`), a label (`production`) or `latest`. */
export interface VersionRef {
  readonly name: string;
  readonly at: string;
}

const number = '(?:0|[1-9]\\d*)';
const identifier = '[0-9A-Za-z-]+';
const versionPattern = new RegExp(
  `^v(${number})\\.(${number})\\.(${number})(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+${identifier}(?:\\.${identifier})*)?$`,
);
const namePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9/_-]*[a-zA-Z0-9])?$/;

/** GTO's name of an artifact or a stage. */
export const isRegistryName = (text: string): boolean => namePattern.test(text);

export function parseVersion(text: string): SemanticVersion | undefined {
  const match = versionPattern.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, prerelease] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    ...(prerelease !== undefined && { prerelease }),
  };
}

/** Semantic Versioning 2.0, §11: negative when `a` comes first. */
export function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  const difference = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (difference !== 0 || a.prerelease === b.prerelease) return difference;
  if (a.prerelease === undefined) return 1;
  if (b.prerelease === undefined) return -1;
  const left = a.prerelease.split('.');
  const right = b.prerelease.split('.');
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = comparePrerelease(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePrerelease(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const numeric = [a, b].map((part) => /^\d+$/.test(part));
  if (numeric[0] && numeric[1]) return Number(a) - Number(b);
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function parseVersionRef(text: string): Read<VersionRef> {
  const at = text.lastIndexOf('@');
  const ref = { name: text.slice(0, Math.max(0, at)), at: text.slice(at + 1) };
  if (at > 0 && isRegistryName(ref.name) && (parseVersion(ref.at) !== undefined || isRegistryName(ref.at)))
    return { value: ref, problems: [] };
  return {
    problems: [
      {
        code: 'VERSION_REF_INVALID',
        severity: 'error',
        message: `"${text}" names no version.`,
        hint: 'Write name@v1.2.3, name@LABEL (for example flight-delay@production) or name@latest.',
      },
    ],
  };
}
