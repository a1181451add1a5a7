// The encoder in a thread of its own: a network computes for a tenth of a second at a time, and meanwhile answers of
// models would be waited for, and timed, too late.
import { parentPort, Worker } from 'node:worker_threads';
import type { ModelFailure } from '@pawl/core';
import type { Encode } from './encoder.ts';
import { openEncoder, type EncoderJob } from './open-encoder.ts';
import { UnusableModel } from './model-files.ts';

export type Encoded = { readonly vectors: readonly Float32Array[] } | ModelFailure;

export interface EncoderThread {
  /** One vector a text, in order. Never throws. */
  encode(texts: readonly string[]): Promise<Encoded>;
  close(): Promise<void>;
}

interface Question {
  readonly id: number;
  readonly texts: readonly string[];
}

type Reply = Encoded & { readonly id: number };

/** For a text, and for opening the model: patterns of a tokenizer may never end. */
const longest = 120_000;

/** This code itself, bundled or not, imported again by the thread. */
const threadScript = `
const { workerData } = require('node:worker_threads');
import(workerData).then(({ serveEncoder }) => serveEncoder());
`;

export function encoderThread(job: EncoderJob): EncoderThread {
  const worker = new Worker(threadScript, {
    eval: true,
    workerData: import.meta.url,
    // Nothing of our environment: a model needs none of it.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const waiting = new Map<number, (encoded: Encoded) => void>();
  let ended: ModelFailure | undefined;
  let asked = 0;
  const end = (reason: string): void => {
    ended ??= { failure: `the embedding model stopped: ${reason}`, hint: 'Try a smaller model.' };
    for (const answer of waiting.values()) answer(ended);
    waiting.clear();
  };
  worker.on('message', ({ id, ...encoded }: Reply) => {
    waiting.get(id)?.(encoded);
    waiting.delete(id);
    // A thread that waits keeps no program from its end.
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', (error) => end(error.message));
  worker.on('exit', (code) => end(`its thread ended with ${code}`));
  worker.postMessage(job, [job.model.buffer as ArrayBuffer]);
  worker.unref();
  return {
    encode: (texts) => {
      if (ended !== undefined) return Promise.resolve(ended);
      const id = (asked += 1);
      return new Promise((resolve) => {
        const timer = setTimeout(
          () => {
            end(`it took longer than ${longest / 1000} seconds`);
            void worker.terminate();
          },
          longest * (texts.length + 1),
        );
        waiting.set(id, (encoded) => {
          clearTimeout(timer);
          resolve(encoded);
        });
        worker.ref();
        worker.postMessage({ id, texts } satisfies Question, []);
      });
    },
    close: async () => {
      ended ??= { failure: 'the embedding model was closed', hint: 'Nothing is asked after the end.' };
      await worker.terminate();
    },
  };
}

/** What runs in the thread: the first message is the job, the others are questions, answered in turn. */
export function serveEncoder(): void {
  const port = parentPort;
  if (port === null) return;
  port.once('message', (job: EncoderJob) => {
    const opening = openEncoder(job);
    // What fails is told to whoever asks.
    let turn: Promise<unknown> = opening.catch(() => undefined);
    port.on('message', ({ id, texts }: Question) => {
      turn = turn.then(async () => port.postMessage({ id, ...(await encoded(opening, texts)) } satisfies Reply));
    });
  });
}

/** Never throws. */
export async function encoded(opening: Promise<Encode>, texts: readonly string[]): Promise<Encoded> {
  try {
    const encode = await opening;
    const vectors: Float32Array[] = [];
    for (const text of texts) vectors.push(await encode(text));
    return { vectors };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): ModelFailure {
  if (error instanceof UnusableModel) return { failure: error.message, hint: error.hint };
  return {
    failure: `the embedding model failed: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'Check that the model is whole, and try another one.',
  };
}
