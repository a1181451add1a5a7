// Users' JavaScript in QuickJS, in a thread of its own: two walls, a limit of time, memory and output, and nothing of the
// host within reach. Patterns are matched there too: its matcher looks at the clock, V8's does not.
import type { ScriptRequest, ScriptResult, ScriptRunner } from '@pawl/core';
import type { Job, Limits, Reply } from './protocol.ts';
import { bodiesOf } from './script-body.ts';
import { threadHost, type ThreadHost } from './thread-host.ts';

export interface QuickJsOptions {
  /** Of one script. 1000. */
  readonly timeLimitMs?: number;
  /** Of one script. 64 MB. */
  readonly memoryLimitBytes?: number;
  /** Of the JSON that a script gives, in characters. 1,048,576. */
  readonly outputLimit?: number;
}

/** A script that ran out of time this often is not run again: a thousand cases would wait a thousand times. */
const timeoutsBeforeRefusal = 3;

/** What a script is given, as JSON: the engine holds it several times over. */
const inputCharacters = 8 * 1024 * 1024;

export function quickJsRunner(options: QuickJsOptions = {}): ScriptRunner {
  const limits: Limits = {
    timeMs: options.timeLimitMs ?? 1000,
    memoryBytes: options.memoryLimitBytes ?? 64 * 1024 * 1024,
    outputCharacters: options.outputLimit ?? 1024 * 1024,
  };
  let opening: Promise<ThreadHost> | undefined;
  const host = (): Promise<ThreadHost> =>
    (opening ??= import('./thread.ts').then(({ threadModule }) => threadHost(limits, threadModule)));
  const timeouts = new Map<string, number>();

  /** @param what the part of a job that makes it run long: the script or the pattern, without its data */
  const ask = async (what: string, job: Job): Promise<Reply> => {
    const before = timeouts.get(what) ?? 0;
    if (before >= timeoutsBeforeRefusal)
      return { failure: `ran longer than ${limits.timeMs} ms ${before} times before, and is not run again` };
    const reply = await (await host()).ask(job);
    if ('timedOut' in reply) timeouts.set(what, before + 1);
    return reply;
  };

  return {
    run: async (request) => {
      const job = jobOf(request);
      if ('failure' in job) return job;
      return resultOf(await ask(request.module?.source ?? request.code, job));
    },
    matches: async (pattern, flags, text) => {
      if (text.length > inputCharacters) return { failure: `the text has more than ${inputCharacters} characters` };
      const reply = await ask(`/${pattern}/${flags}`, { kind: 'match', text: JSON.stringify([pattern, flags, text]) });
      if ('failure' in reply) return { failure: `the pattern ${plain(reply.failure)}` };
      return { found: reply.json === 'true' };
    },
    close: async () => {
      await (await opening)?.close();
    },
  };
}

function resultOf(reply: Reply): ScriptResult {
  if ('failure' in reply) return { failure: plain(reply.failure) };
  return { value: reply.json === undefined ? undefined : (JSON.parse(reply.json) as unknown) };
}

/** Messages come from scripts, and scripts from anybody: no control characters, no marks that turn text around. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

function jobOf(request: ScriptRequest): Job | { readonly failure: string } {
  const { module, variables, code } = request;
  if (module === undefined) {
    const names = Object.keys(variables);
    const unfit = names.find((name) => !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name));
    if (unfit !== undefined) return { failure: `"${unfit}" cannot be the name of a variable` };
    const values = jsonOf(variables);
    return typeof values === 'string' ? { kind: 'code', bodies: bodiesOf(code), names, values } : values;
  }
  const { source, file, args, export: name } = module;
  const kind = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  if (/^[cm]?tsx?$/.test(kind))
    return { failure: `${file} is TypeScript, which is not run: compile it to JavaScript first` };
  if (!/^[cm]?js$/.test(kind)) return { failure: `${file} is no JavaScript file (.js, .mjs, .cjs)` };
  const values = jsonOf(args);
  if (typeof values !== 'string') return values;
  return {
    kind: 'module',
    format: kind === 'mjs' || (kind === 'js' && looksLikeEsm(source)) ? 'esm' : 'commonjs',
    source: source.replace(/^#!/, '//'),
    file,
    ...(name !== undefined && { export: name }),
    args: values,
  };
}

/** A `.js` file says in no other way what it is. */
const looksLikeEsm = (source: string): boolean =>
  /^\s*(?:export\s*[{*]|export\s+[a-z]|import\s*["'{*]|import\s+\w)/m.test(source);

function jsonOf(value: unknown): string | { readonly failure: string } {
  try {
    const json = JSON.stringify(value) ?? 'null';
    return json.length <= inputCharacters
      ? json
      : { failure: `the script was to be given more than ${inputCharacters} characters` };
  } catch (error) {
    return {
      failure: `what the script was to be given is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
