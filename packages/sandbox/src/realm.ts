// One QuickJS engine: each job starts from the same bytes, runs against a deadline and a memory limit, and leaves nothing
// behind. What a native loop of the engine can do beyond its deadline is the business of the thread's owner, who ends it.
import variant from '@jitl/quickjs-singlefile-mjs-release-sync';
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten-core';
import type { Job, Limits, Reply } from './protocol.ts';
import { realmSource } from './realm-source.ts';
import { takeSnapshot } from './snapshot.ts';

/** Deep enough for honest recursion, and QuickJS gives up before V8's own stack does. */
const stackBytes = 512 * 1024;

/** Jobs of promises between two looks at the clock: a chain that renews itself never runs long enough to be interrupted. */
const jobsAtOnce = 256;

export interface Realm {
  run(job: Job): Reply;
}

class Stopped extends Error {}

export async function openRealm(limits: Limits): Promise<Realm> {
  const engine = await newQuickJSWASMModuleFromVariant(variant);
  const runtime = engine.newRuntime();
  runtime.setMemoryLimit(limits.memoryBytes);
  runtime.setMaxStackSize(stackBytes);
  runtime.setModuleLoader((name) => ({
    error: new Error(`cannot load "${name}": a script runs alone, without other files or Node's modules`),
  }));
  let deadline = Number.POSITIVE_INFINITY;
  runtime.setInterruptHandler(() => performance.now() > deadline);
  const context = runtime.newContext();
  const entries = entriesOf(context, limits);
  const answer = (job: Job): string => settle(context, entries, start(context, entries, job), () => deadline);

  // What the engine makes at first use has to be in the snapshot: the bridge keeps pointers to some of it.
  for (const job of warmUp) answer(job);
  const restore = takeSnapshot(engine.getWasmMemory());

  return {
    run: (job) => {
      deadline = performance.now() + limits.timeMs;
      try {
        const text = answer(job);
        restore();
        return replyOf(text);
      } catch (error) {
        const timedOut = performance.now() > deadline;
        if (error instanceof Stopped) restore();
        return {
          failure: timedOut
            ? `ran longer than ${limits.timeMs} ms`
            : `asked for more than ${Math.round(limits.memoryBytes / 1_048_576)} MB of memory, or called itself too deeply`,
          ...(timedOut && { timedOut }),
          // A trap in WASM leaves the engine's own stack where it was: such an engine is not used again.
          ...(!(error instanceof Stopped) && { spoiled: true }),
        };
      } finally {
        deadline = Number.POSITIVE_INFINITY;
      }
    },
  };
}

const warmUp: readonly Job[] = [
  {
    kind: 'code',
    bodies: ['return Promise.resolve(output).then((text) => text.length)'],
    names: ['output'],
    values: '{"output":"x"}',
  },
  { kind: 'code', bodies: ['throw new Error(output)'], names: ['output'], values: '{"output":"x"}' },
  { kind: 'module', format: 'esm', source: 'export default () => 1', file: 'a.mjs', args: '[]' },
  { kind: 'module', format: 'commonjs', source: 'module.exports = () => 1', file: 'a.cjs', args: '[]' },
  { kind: 'match', text: '["a+","","baa"]' },
];

type EntryName = 'code' | 'commonJs' | 'esm' | 'match' | 'thrown' | 'settled';
type Entries = Readonly<Record<EntryName, QuickJSHandle>>;

function entriesOf(context: QuickJSContext, limits: Limits): Entries {
  const realm = context.unwrapResult(context.evalCode(realmSource(limits.outputCharacters), 'pawl'));
  const entry = (name: EntryName): QuickJSHandle => context.getProp(realm, name);
  return {
    code: entry('code'),
    commonJs: entry('commonJs'),
    esm: entry('esm'),
    match: entry('match'),
    thrown: entry('thrown'),
    settled: entry('settled'),
  };
}

function start(context: QuickJSContext, entries: Entries, job: Job): string {
  if (job.kind === 'match') return call(context, entries.match, [text(context, job.text)]);
  if (job.kind === 'code') {
    const { names, bodies, values } = job;
    return call(context, entries.code, [text(context, JSON.stringify({ names, bodies })), text(context, values)]);
  }
  const request = JSON.stringify({ name: job.export });
  // The wrapper stands on the script's first line, so that the lines of errors are the file's own.
  const evaluated =
    job.format === 'esm'
      ? context.evalCode(job.source, job.file, { type: 'module' })
      : context.evalCode(`(function (module, exports, require) {${job.source}\n})`, job.file, { type: 'global' });
  if (evaluated.error !== undefined) return call(context, entries.thrown, [evaluated.error]);
  return call(context, job.format === 'esm' ? entries.esm : entries.commonJs, [
    evaluated.value,
    text(context, request),
    text(context, job.args),
  ]);
}

const text = (context: QuickJSContext, value: string): QuickJSHandle => context.newString(value);

/** Calls a function of the realm with handles that it then lets go. @throws Stopped when the engine gave up */
function call(context: QuickJSContext, entry: QuickJSHandle, handles: readonly QuickJSHandle[]): string {
  try {
    const result = context.callFunction(entry, context.undefined, ...handles);
    if (result.error !== undefined) {
      // What cannot be caught inside (a deadline, no memory even for the message) is not looked at: it may be a proxy.
      result.error.dispose();
      throw new Stopped();
    }
    try {
      return context.getString(result.value);
    } finally {
      result.value.dispose();
    }
  } finally {
    for (const handle of handles) handle.dispose();
  }
}

function settle(context: QuickJSContext, entries: Entries, first: string, deadline: () => number): string {
  if (first !== 'p') return first;
  for (;;) {
    const jobs = context.runtime.executePendingJobs(jobsAtOnce);
    if (jobs.error !== undefined) {
      jobs.error.dispose();
      throw new Stopped();
    }
    const outcome = call(context, entries.settled, []);
    if (outcome !== 'p') return outcome;
    if (jobs.value === 0) return 'fgave a promise that nothing settles: there are no timers';
    if (performance.now() > deadline()) throw new Stopped();
  }
}

function replyOf(answer: string): Reply {
  const rest = answer.slice(1);
  if (answer.startsWith('v')) return { json: rest };
  if (answer.startsWith('u')) return { json: undefined };
  const [message = '', stack = ''] = rest.split('\u0001');
  return { failure: `${message}${lineOf(stack)}` };
}

/** `Function` puts two lines before a body. Frames of files stand as they are. */
const linesBeforeBody = 2;

function lineOf(stack: string): string {
  for (const [, file = '', line = ''] of stack.matchAll(/^\s*at (?:[^\n]*\()?([^()\n]*?):(\d+)(?::\d+)?\)?$/gm)) {
    if (file === 'pawl') continue;
    if (file !== '<input>') return ` (${file}, line ${line})`;
    return Number(line) > linesBeforeBody ? ` (line ${Number(line) - linesBeforeBody})` : '';
  }
  return '';
}
