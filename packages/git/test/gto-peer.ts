// The real gto as a process that is asked again and again: starting Python costs more than any of its answers.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GitRepo } from '@pawl/testkit/git';

/** What gto says of a name. */
export interface GtoState {
  readonly latest: string | null;
  readonly active: boolean;
  /** Label → holder, as `gto show` prints it. */
  readonly show: Readonly<Record<string, string>>;
  /** The same, as the API's `which` has it. */
  readonly which: Readonly<Record<string, string>>;
  /** Version and commit, highest first. */
  readonly versions: readonly (readonly [string, string])[];
  /** Event, version, stage, commit, author, message, tag, seconds since 1970; oldest first. */
  readonly history: readonly (readonly [string, string | null, string | null, ...(string | number)[]])[];
}

export interface GtoPeer extends AsyncDisposable {
  /** @returns why gto refused, or null */
  act(request: Readonly<Record<string, string>>): Promise<string | null>;
  state(names: readonly string[]): Promise<Readonly<Record<string, GtoState | null>>>;
}

export const gtoEnvironment = (repo: GitRepo): NodeJS.ProcessEnv => ({
  ...repo.environment,
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'a@example.com',
});

export function startGto(python: string, repo: GitRepo): GtoPeer {
  const script = fileURLToPath(new URL('gto-peer.py', import.meta.url));
  const peer = spawn(python, [script, repo.path], { cwd: repo.path, env: gtoEnvironment(repo) });
  const said: string[] = [];
  peer.stderr.on('data', (data) => said.push(String(data)));
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  const ask = async (request: unknown): Promise<unknown> => {
    peer.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`gto ended: ${said.join('')}`);
    return JSON.parse(value);
  };
  return {
    act: async (request) => ((await ask(request)) as { readonly error: string | null }).error,
    state: async (names) => (await ask({ state: names })) as Readonly<Record<string, GtoState | null>>,
    [Symbol.asyncDispose]: async () => {
      peer.stdin.end();
      if (peer.exitCode === null) await new Promise((resolve) => peer.once('close', resolve));
    },
  };
}
