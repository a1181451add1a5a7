// Asks a program for a line about itself, without patience: an answer that takes long is no answer.
import { execFile } from 'node:child_process';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Its standard output, or undefined when it is not there, fails or takes too long. Never throws. */
export function probe(
  command: string,
  args: readonly string[],
  { env, milliseconds }: { readonly env: Environment; readonly milliseconds: number },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { env, timeout: milliseconds, killSignal: 'SIGKILL', windowsHide: true, encoding: 'utf8' } as const;
    try {
      execFile(command, args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
    } catch {
      resolve(undefined);
    }
  });
}
