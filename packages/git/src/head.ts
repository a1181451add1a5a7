// Where the user's work tree stands, in one question: every judgement asks it.
import type { History } from '@pawl/core';
import type { Git } from './git-runner.ts';

export type Head = Awaited<ReturnType<History['head']>>;

const status = ['status', '--porcelain=v2', '--branch', '--no-ahead-behind', '-z', '--untracked-files=no'];

/** @throws GitFailure when there is a work tree whose state cannot be told */
export async function readHead(git: Git): Promise<Omit<Head, 'shallow'>> {
  const answer = await git.run(status, { answers: [128] });
  if (answer.code !== 0) return headAlone(git);
  const records = answer.stdout.toString('utf8').split('\0');
  const headers = records.slice(
    0,
    records.findIndex((record) => !record.startsWith('# ')),
  );
  const header = (name: string) => headers.find((record) => record.startsWith(`# ${name} `))?.slice(name.length + 3);
  const commit = header('branch.oid');
  const branch = header('branch.head');
  return {
    ...(commit !== undefined && commit !== '(initial)' && { commit }),
    ...(branch !== undefined && branch !== '(detached)' && { branch }),
    dirty: records.length > headers.length + 1,
  };
}

/** For a repository without a work tree, or one whose commit is unreadable. */
async function headAlone(git: Git): Promise<Omit<Head, 'shallow'>> {
  const asked = async (command: readonly string[]): Promise<string> =>
    (await git.run(command, { answers: [1, 128] })).stdout.toString('utf8').trim();
  const commit = await asked(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  const branch = await asked(['symbolic-ref', '--quiet', '--short', 'HEAD']);
  const dirty = (await asked(['rev-parse', '--is-inside-work-tree'])) === 'true' && (await git.text(status)) !== '';
  return { ...(commit !== '' && { commit }), ...(branch !== '' && { branch }), dirty };
}
