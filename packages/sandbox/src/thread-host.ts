// Owns the thread: started at the first job, ended when a job does not come back, replaced when it broke. Jobs behind the
// one that broke it are asked again; they have no effects.
import { Worker } from 'node:worker_threads';
import type { Job, Limits, Reply, ThreadMessage } from './protocol.ts';

/** Beyond its deadline a script has this long to notice it, before its thread is ended. */
const graceMs = 500;

export interface ThreadHost {
  ask(job: Job): Promise<Reply>;
  close(): Promise<void>;
}

interface Waiting {
  readonly job: Job;
  readonly answer: (reply: Reply) => void;
}

export function threadHost(limits: Limits, module: string): ThreadHost {
  const waiting: Waiting[] = [];
  let worker: Worker | undefined;
  let ready = false;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    const started = new Worker(`import(${JSON.stringify(module)}).then(({ serve }) => serve())`, {
      eval: true,
      workerData: limits,
      env: {},
      execArgv: [],
      name: 'pawl-sandbox',
    });
    worker = started;
    ready = false;
    started.on('message', (message: ThreadMessage) => {
      if (worker === started) hear(message);
    });
    started.on('error', (error) => {
      if (worker === started) lose(`the sandbox broke: ${error.message}`);
    });
    started.on('exit', () => {
      if (worker === started) lose('the sandbox ended');
    });
  };

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  const post = (job: Job): void => worker?.postMessage(job);

  const hear = (message: ThreadMessage): void => {
    if ('ready' in message) {
      ready = true;
      for (const { job } of waiting) post(job);
    } else {
      waiting.shift()?.answer(message.reply);
      if ('spoiled' in message.reply) return replace();
    }
    watch();
  };

  /** The first job in the queue has the thread: it fails, the others get a new one. One that never got ready helps nobody. */
  const lose = (failure: string, timedOut = false): void => {
    const lost = ready ? waiting.splice(0, 1) : waiting.splice(0);
    for (const { answer } of lost) answer({ failure, ...(timedOut && { timedOut }) });
    replace();
  };

  const replace = (): void => {
    const old = worker;
    worker = undefined;
    clearTimeout(timer);
    void old?.terminate();
    if (waiting.length > 0) start();
  };

  const watch = (): void => {
    clearTimeout(timer);
    const [head] = waiting;
    if (head === undefined) return worker?.unref();
    if (!ready) return;
    timer = setTimeout(
      () => {
        // Timers run before messages: after a long turn of ours its answer may be there already.
        timer = setTimeout(() => {
          if (waiting[0] === head) lose(`ran longer than ${limits.timeMs} ms`, true);
        }, graceMs / 2);
      },
      limits.timeMs + graceMs / 2,
    );
  };

  return {
    ask: (job) =>
      new Promise((answer) => {
        waiting.push({ job, answer });
        if (worker === undefined) start();
        else {
          worker.ref();
          if (ready) post(job);
        }
        if (waiting.length === 1) watch();
      }),
    close: async () => {
      const old = worker;
      worker = undefined;
      clearTimeout(timer);
      for (const { answer } of waiting.splice(0)) answer({ failure: 'the sandbox was closed' });
      await old?.terminate();
    },
  };
}
