// The splitter as a process of its own: what `pawl serve` runs.
import { startSplitter, type SplitterOptions } from './splitter/start-splitter.ts';

export interface ServeOptions extends SplitterOptions {
  /** Ends when standard input does: a child that must not outlive its parent. */
  readonly endWithStdin?: boolean;
}

/**
 * Prints one line of JSON when it listens (`{"listening":…,"admin":…}`), and serves until SIGTERM, SIGINT or,
 * when asked, the end of standard input; then lets running requests end.
 * @returns when everything is closed
 */
export async function serve(options: ServeOptions = {}): Promise<void> {
  const splitter = await startSplitter(options);
  const ended = Promise.withResolvers<void>();
  const end = (): void => ended.resolve();
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (options.endWithStdin === true) {
    process.stdin.once('end', end).once('error', end).resume();
  }
  process.stdout.write(`${JSON.stringify({ listening: splitter.url, admin: splitter.adminUrl })}\n`);
  await ended.promise;
  process.removeListener('SIGTERM', end);
  process.removeListener('SIGINT', end);
  if (options.endWithStdin === true) process.stdin.pause();
  await splitter.close();
}
