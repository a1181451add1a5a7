// A prompt is called as its file is, so a version of it is found where its file lay before somebody moved it.
import type { History } from '../ports/history.ts';
import type { Workspace } from '../ports/workspace.ts';

export interface MovedPromptPorts {
  readonly history: Pick<History, 'read' | 'list'>;
  readonly workspace: Pick<Workspace, 'fingerprint'>;
}

/**
 * A prompt file as it was at a commit: at its own path, else at the one other path of its name that is there no more today.
 * @returns undefined when it was not there, or when several files might be it. @throws when the commit cannot be read
 */
export async function readPromptAt(
  { history, workspace }: MovedPromptPorts,
  commit: string,
  path: string,
): Promise<{ readonly path: string; readonly bytes: Uint8Array } | undefined> {
  const bytes = await history.read(commit, path);
  if (bytes !== undefined) return { path, bytes };
  if (!path.endsWith('.prompt.yml')) return undefined;
  const [before, other] = await history.list(commit, `**/${path.slice(path.lastIndexOf('/') + 1)}`);
  if (before === undefined || other !== undefined) return undefined;
  if ((await workspace.fingerprint(before)) !== undefined) return undefined;
  const moved = await history.read(commit, before);
  return moved === undefined ? undefined : { path: before, bytes: moved };
}
