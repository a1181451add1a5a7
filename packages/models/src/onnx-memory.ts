// What a model takes in memory: how much a fresh process grows when it loads the model and runs it once.
//
// A process of its own, because WebAssembly's memory never shrinks: beside an earlier model, a later one looks free.
// The child first runs a model that does nothing, so that the runtime itself is not counted, and waits until what was
// read to start it has been given back: those 14 MB would otherwise be taken off the model's.
import { spawn, type ChildProcess } from 'node:child_process';
import { ModelError, type ModelSample } from '@pawl/core';
import { reasonOf } from './onnx-runtime.ts';

export interface MemoryQuestion {
  readonly model: Uint8Array;
  /** For messages. */
  readonly name: string;
  readonly sample: ModelSample;
  /** Of the scorer: the same runtime. */
  readonly options: Readonly<Record<string, string>>;
  /** URL of a module that exports `onnxScorer`: this code itself, bundled or not, imported again by the child. */
  readonly module: string;
}

/** What the child gets, by structured clone. */
interface Job extends MemoryQuestion {
  readonly idle: Uint8Array;
}

type Reply = { readonly bytes: number } | { readonly failure: string };

const longest = 120_000;

/** ModelProto of one Identity node, X[N] → Y[N]. */
const idleModel = Buffer.from(
  'CAg6PAoQCgFYEgFZIghJZGVudGl0eRIEdGlueVoQCgFYEgsKCQgBEgUKAxIBTmIQCgFZEgsKCQgBEgUKAxIBTkIECgAQEQ==',
  'base64',
);

const childScript = `
const { onnxScorer } = await import(process.argv[1]);
process.once('message', async ({ model, name, sample, options, idle }) => {
  const resident = async () => {
    let least = Infinity;
    for (let quiet = 0; quiet < 3;) {
      globalThis.gc?.();
      await new Promise((done) => setTimeout(done, 20));
      const now = process.memoryUsage.rss();
      quiet = now < least ? 0 : quiet + 1;
      least = Math.min(least, now);
    }
    return least;
  };
  try {
    const scorer = onnxScorer(options);
    const first = await scorer.load(idle, 'idle');
    await first.score({ X: Float64Array.of(0) }, 1);
    const before = await resident();
    const loaded = await scorer.load(model, name);
    await loaded.score(sample.columns, sample.rows);
    process.send({ bytes: (await resident()) - before });
  } catch (error) {
    process.send({ failure: String(error?.message ?? error) });
  }
});
process.send('ready');
`;

/** @throws ModelError `MODEL_MEMORY_UNKNOWN` */
export async function memoryOf(question: MemoryQuestion): Promise<number> {
  const child = spawn(
    process.execPath,
    // Without the optimising compiler, whose own memory would blur the model's.
    ['--expose-gc', '--liftoff-only', '--input-type=module', '--eval', childScript, question.module],
    // Nothing of our environment: a model needs none of it.
    { env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced', timeout: longest },
  );
  try {
    const reply = await replyOf(child, { ...question, idle: idleModel });
    if ('failure' in reply) throw new Error(reply.failure);
    if (reply.bytes > 0) return reply.bytes;
    throw new Error('the process gave more memory back than the model took');
  } catch (cause) {
    throw new ModelError(
      'MODEL_MEMORY_UNKNOWN',
      `The memory of ${question.name} could not be measured: ${reasonOf(cause)}`,
      {
        file: question.name,
        hint: 'It is measured in a process of its own; leave the budget out where none may start.',
        cause,
      },
    );
  } finally {
    child.kill();
  }
}

function replyOf(child: ChildProcess, job: Job): Promise<Reply> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`the process ended before it answered (${signal ?? `code ${code}`})`));
    });
    child.on('message', (message) => {
      if (message === 'ready') child.send(job, (error) => error !== null && reject(error));
      else resolve(message as Reply);
    });
  });
}
