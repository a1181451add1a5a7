// Which remote keeps the runs when nobody says.
import type { Environment } from './environment.ts';
import { openGit } from './git-runner.ts';

/** The asked remote when the repository has it; else undefined: the repository itself keeps the runs. */
export async function remoteOf(
  repository: string,
  asked: string,
  environment: Environment = process.env,
): Promise<string | undefined> {
  const remotes = await openGit({ folder: repository, environment }).text(['remote']);
  return remotes.split('\n').includes(asked) ? asked : undefined;
}
