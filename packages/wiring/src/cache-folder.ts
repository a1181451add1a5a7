// Where what outlives a run is kept on a machine: engines, state. Never below the folder that Pawl happens to be called
// in, as an empty or relative XDG_CACHE_HOME would have it: what lies there came with somebody's repository.
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** @returns an absolute path; the XDG Base Directory Specification has relative ones ignored */
export function cacheFolder({ XDG_CACHE_HOME: named = '', HOME: home = '' }: NodeJS.Dict<string>): string {
  if (isAbsolute(named)) return join(named, 'pawl');
  const of = isAbsolute(home) ? home : homeOfUser();
  return of === undefined ? join(tmpdir(), `pawl-${process.pid}`) : join(of, '.cache', 'pawl');
}

/** Undefined for a user without a home, as in some containers. */
function homeOfUser(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}
