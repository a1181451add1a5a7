// The user's work tree, looked at: what was changed since the commit, and a folder of the Git directory where state
// that is nobody's content can lie. Nothing here writes the index, HEAD, the configuration or a file of the tree.
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import type { Environment } from './environment.ts';
import { openGit, type Git } from './git-runner.ts';

export interface DirtyDiff {
  /** As `git apply` takes it: tracked files only; binary files are named, and their bytes left out. */
  readonly text: string;
  /** The diff is longer, and ends before a file that did not fit. */
  readonly cut: boolean;
  /** Files whose changes are left out because they are not UTF-8. */
  readonly notText: number;
  /** Tracked files that .gitignore matches: they may hold secrets, and are left out. */
  readonly ignored: readonly string[];
}

export interface WorkTree {
  /** Changes to tracked files since HEAD, staged or not; undefined when there are none, no commit, or no work tree. */
  dirtyDiff(maxBytes: number): Promise<DirtyDiff | undefined>;
  /** `pawl` in the Git directory that all worktrees share: removing a worktree takes nothing with it. */
  stateFolder(): Promise<string>;
}

export function openWorkTree({
  repository,
  environment = process.env,
}: {
  readonly repository: string;
  readonly environment?: Environment;
}): WorkTree {
  const git = openGit({
    folder: repository,
    environment,
    settings: [
      // Else `git diff` would write the index when only times have changed.
      ['diff.autoRefreshIndex', 'false'],
      ['core.quotePath', 'true'],
    ],
  });
  return {
    dirtyDiff: (maxBytes) => dirtyDiff(git, maxBytes),
    stateFolder: async () => join(await git.text(['rev-parse', '--path-format=absolute', '--git-common-dir']), 'pawl'),
  };
}

/** Whatever the user's configuration says, the patch looks the same and no program of theirs is started. */
const plainPatch = [
  '--patch',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-renames',
  '--no-relative',
  '--full-index',
  '--unified=3',
  '--inter-hunk-context=0',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--submodule=short',
  '--ignore-submodules=dirty',
];

async function dirtyDiff(git: Git, maxBytes: number): Promise<DirtyDiff | undefined> {
  const place = ['rev-parse', '--is-inside-work-tree'];
  if ((await git.run(place, { answers: [128] })).stdout.toString('utf8').trim() !== 'true') return undefined;
  if ((await git.run(['rev-parse', '--verify', '--quiet', 'HEAD'], { answers: [1, 128] })).code !== 0) return undefined;
  const up = await git.text(['rev-parse', '--show-cdup']);
  const listed = ['ls-files', '-z', '--full-name', '--cached', '--ignored', '--exclude-standard', '--', up || '.'];
  const ignored = new Set((await git.run(listed)).stdout.toString('utf8').split('\0'));
  const changed = (await git.run(['diff', '--name-only', '-z', '--no-renames', '--no-relative', 'HEAD'])).stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
  if (changed.length === 0) return undefined;
  const left = changed.filter((path) => ignored.has(path));
  const excluded = left.map((path) => `:(top,exclude,literal)${path}`);
  const { bytes, cut } = await readUpTo(git, ['diff', ...plainPatch, 'HEAD', '--', ':/', ...excluded], maxBytes);
  const files = wholeFiles(bytes, cut);
  const readable = files.filter(isUtf8);
  const diff = { text: Buffer.concat(readable).toString('utf8'), cut, ignored: left };
  const notText = files.length - readable.length;
  return diff.text === '' && left.length === 0 && !cut && notText === 0 ? undefined : { ...diff, notText };
}

/** No more is read than is kept: somebody may have changed a file of gigabytes. */
async function readUpTo(
  git: Git,
  command: readonly string[],
  maxBytes: number,
): Promise<{ readonly bytes: Buffer; readonly cut: boolean }> {
  const child = git.start(command);
  child.stdin.end();
  child.stderr.resume();
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  const cut = length > maxBytes;
  if (cut) child.kill();
  await ended;
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), cut };
}

/**
 * Leaves out files whose content is the same (a header alone), and of a diff that was cut the file it ends in: what is
 * kept can be applied.
 */
function wholeFiles(diff: Buffer, cut: boolean): readonly Buffer[] {
  // One character a byte, whatever the files' encoding.
  const files = diff.toString('latin1').split(/^(?=diff --git )/m);
  return (cut ? files.slice(0, -1) : files)
    .filter((file) => file.split('\n').length > 2)
    .map((file) => Buffer.from(file, 'latin1'));
}
