// The environment our Git commands run in: no prompts, no hooks, no locale, no signing, nothing of an outer Git
// process. Settings travel in GIT_CONFIG_* variables, so that no URL and no credential is ever seen in argv.
import { devNull } from 'node:os';

export type Environment = Readonly<Record<string, string | undefined>>;
export type GitSettings = readonly (readonly [key: string, value: string])[];

/** Set by Git for its own children (hooks, aliases); inherited they would point our commands at the wrong repository. */
const ownedByAnOuterGit = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_GRAFT_FILE',
  'GIT_QUARANTINE_PATH',
  'GIT_CEILING_DIRECTORIES',
  'GIT_TRACE',
  'GIT_TRACE_CURL',
];

const quietSettings: GitSettings = [
  ['core.hooksPath', devNull],
  ['core.fsmonitor', 'false'],
  ['core.logAllRefUpdates', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['commit.gpgSign', 'false'],
  ['push.gpgSign', 'false'],
  ['push.followTags', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['fetch.prune', 'false'],
  ['fetch.pruneTags', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['submodule.recurse', 'false'],
  ['protocol.version', '2'],
];

/** Ours come last, so they win over the user's configuration and over settings already in the environment. */
export function gitEnvironment(base: Environment, settings: GitSettings = []): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [key, value] of Object.entries(base)) {
    if (value !== undefined && !ownedByAnOuterGit.includes(key)) environment[key] = value;
  }
  let count = Number(environment['GIT_CONFIG_COUNT'] ?? 0);
  if (!Number.isInteger(count) || count < 0) count = 0;
  for (const [key, value] of [...quietSettings, ...settings]) {
    environment[`GIT_CONFIG_KEY_${count}`] = key;
    environment[`GIT_CONFIG_VALUE_${count}`] = value;
    count += 1;
  }
  return {
    ...environment,
    GIT_CONFIG_COUNT: String(count),
    LC_ALL: 'C',
    LANGUAGE: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // From Git 2.44 on: a missing object is then reported, and we fetch all that is missing at once.
    GIT_NO_LAZY_FETCH: '1',
  };
}

/** Takes user information out of every URL in a text: Git repeats URLs in its messages. */
export const withoutCredentials = (text: string): string =>
  text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@']+@/gi, '$1***@');
