// The thread that users' JavaScript runs in. QuickJS stops scripts at their deadline, but not its own native loops
// (`Array.prototype.indexOf` on a length of 2^53 asks nobody): a thread can be ended from outside.
import { parentPort, workerData } from 'node:worker_threads';
import type { Job, Limits, ThreadMessage } from './protocol.ts';

/** Where this module lies, bundled or not: the thread is started by importing it. */
export const threadModule: string = import.meta.url;

/** Called inside the thread. Answers jobs in the order they come. */
export async function serve(): Promise<void> {
  const { openRealm } = await import('./realm.ts');
  const realm = await openRealm(workerData as Limits);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  const say = (message: ThreadMessage): void => parentPort?.postMessage(message);
  parentPort?.on('message', (job: Job) => say({ reply: realm.run(job) }));
  say({ ready: true });
}
