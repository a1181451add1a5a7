// Users' Python. It is no sandbox: like a program that `exec:` starts it has the user's rights, so the run of a fork
// starts none, its environment holds what is named and nothing else, and every call has a limit of time and of output.
import { stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import {
  hiding,
  inPlaceOfVariable,
  isPython,
  programEnvironment,
  type ScriptRequest,
  type ScriptResult,
  type ScriptRunner,
} from '@pawl/core';
import { linesBefore, moduleOf } from './inline-code.ts';
import { findPython, type Interpreter } from './interpreter.ts';
import { PythonPool } from './pool.ts';
import type { Said } from './worker.ts';

export interface PythonOptions {
  /** The workspace: a path of it, from its root, as an absolute one. @throws where it leads outside */
  readonly resolve: (path: string) => Promise<string>;
  /** Asked for what every program needs, and for the name of the interpreter. */
  readonly environment: (name: string) => string | undefined;
  /** A fork's code is not run here. */
  readonly trust?: 'own' | 'fork';
  /** Of one call. 60,000. */
  readonly timeLimitMs?: number;
  /** Of the JSON that one call gives. 4,000,000. */
  readonly outputLimit?: number;
}

/** What ran out of time or ended its process so often, one time after the other, is not run again: a thousand cases would wait a thousand times. */
const mostEnds = 3;
/** What one call is given, as JSON. */
const inputCharacters = 64 * 1024 * 1024;

/** Of what a program says of its own failure. */
const toldCharacters = 600;

/** Beside what every program needs: where Python finds its own libraries and modules. None of it is a secret. */
const pythonEnvironment = ['PYTHONPATH', 'PYTHONHOME', 'VIRTUAL_ENV', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];

interface Program {
  readonly pool: PythonPool;
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Takes out of a text what the program was given and nobody may be shown. */
  readonly hide: (text: string) => string;
  /** By what is called: how often it ended its worker since it last answered, and how. */
  readonly ends: Map<string, { readonly count: number; readonly how: string }>;
}

/** Runs Python and nothing else: patterns and JavaScript are another's. */
export function pythonRunner(options: PythonOptions): Pick<ScriptRunner, 'run' | 'close'> {
  const { environment, resolve, trust = 'own', timeLimitMs = 60_000, outputLimit = 4_000_000 } = options;
  // By the text that is run, which is the same object from call to call: nothing long is compared.
  const programs = new Map<string, Map<string, Promise<Program | { readonly failure: string }>>>();
  const numbers = numbering();
  const interpreters = new Map<string, Promise<Interpreter>>();
  const base: Record<string, string> = {};
  for (const name of [...programEnvironment, ...pythonEnvironment]) {
    const value = environment(name);
    if (value !== undefined) base[name] = value;
  }

  const foldersOf = async ({ module, program }: ScriptRequest) => ({
    root: await resolve('.'),
    cwd: await resolve(program?.folder ?? dirname(module?.file ?? '')),
  });

  const open = async (request: ScriptRequest): Promise<Program | { readonly failure: string }> => {
    const { module, program } = request;
    const { root, cwd } = await foldersOf(request);
    // Of a suite of a commit the work tree may have nothing any more.
    if (!(await isFolder(cwd)))
      return { failure: `cannot be run: there is no folder "${relative(root, cwd)}" here, in which the suite lies` };
    const named = program?.executable ?? (environment('PROMPTFOO_PYTHON') || undefined);
    const key = JSON.stringify([named, cwd]);
    const found = interpreters.get(key) ?? findPython(named, { env: base, cwd });
    interpreters.set(key, found);
    const interpreter = await found;
    if ('failure' in interpreter) return interpreter;
    const setup = {
      root,
      limit: outputLimit,
      ...(module !== undefined && { file: join(root, module.file), source: module.source }),
      modules: module?.modules?.map((each) => ({ ...each, file: join(root, each.file) })) ?? [],
    };
    const pool = new PythonPool({
      interpreter: interpreter.command,
      cwd,
      env: { ...base, ...program?.environment },
      setup: JSON.stringify(setup),
      maximumBytes: outputLimit + 100_000,
    });
    const hide = hiding(Object.values(program?.environment ?? {})) ?? ((text: string) => text);
    return { pool, root, hide, ends: new Map() };
  };

  const programOf = (request: ScriptRequest): Promise<Program | { readonly failure: string }> => {
    const { module, program } = request;
    const text = module?.source ?? '';
    const alike = programs.get(text) ?? new Map<string, Promise<Program | { readonly failure: string }>>();
    programs.set(text, alike);
    const key = `${numbers(program)} ${numbers(module?.modules)} ${module?.file ?? ''}`;
    const opened =
      alike.get(key) ??
      open(request).catch((error: unknown) => ({ failure: `cannot be run: ${(error as Error).message}` }));
    alike.set(key, opened);
    return opened;
  };

  const run = async (request: ScriptRequest): Promise<ScriptResult> => {
    const { module, program } = request;
    if (!isPython(request)) return { failure: 'is no Python' };
    if (trust === 'fork')
      return { failure: 'is a program, and the run of a fork starts none: a maintainer has to run the suite' };
    const asked = askedOf(request);
    if (asked.length > inputCharacters) return { failure: `was to be given more than ${inputCharacters} characters` };
    const opened = await programOf(request);
    if ('failure' in opened) return opened;
    const called = module?.export ?? request.python?.name ?? '';
    const { count, how } = opened.ends.get(called) ?? { count: 0, how: '' };
    if (count >= mostEnds) return { failure: `${how}, as it did ${count} times before, and is not run again` };
    const limits = { timeoutMs: program?.timeoutMs ?? timeLimitMs, most: program?.workers ?? 1 };
    const said = await opened.pool.ask(asked, limits);
    const result = resultOf(said, { request, ...opened });
    if (!('failure' in result)) {
      opened.ends.delete(called);
      return result;
    }
    const failure = opened.hide(plain(result.failure));
    if ('ended' in said) opened.ends.set(called, { count: (opened.ends.get(called)?.count ?? 0) + 1, how: failure });
    return { failure };
  };

  return {
    run,
    close: async () => {
      const opened = await Promise.all([...programs.values()].flatMap((alike) => [...alike.values()]));
      programs.clear();
      await Promise.all(opened.map((each) => ('pool' in each ? each.pool.close() : undefined)));
    },
  };
}

/** A number for each object, the same for the same one. */
function numbering(): (what: object | undefined) => number {
  const known = new WeakMap<object, number>();
  let next = 1;
  return (what) => {
    if (what === undefined) return 0;
    const number = known.get(what) ?? next++;
    known.set(what, number);
    return number;
  };
}

function askedOf({ code, variables, module, python }: ScriptRequest): string {
  if (module !== undefined) return JSON.stringify({ function: module.export, args: module.args });
  return JSON.stringify({
    name: `<pawl ${python?.name ?? 'code'}>`,
    code: moduleOf(code),
    ...(python?.shape !== undefined && { shape: moduleOf(python.shape), mark: inPlaceOfVariable }),
    args: Object.values(variables).map((value) => value ?? null),
  });
}

interface Failed {
  readonly type?: unknown;
  readonly message?: unknown;
  readonly file?: unknown;
  readonly line?: unknown;
}

interface Asked extends Pick<Program, 'root' | 'hide'> {
  readonly request: ScriptRequest;
}

function resultOf(said: Said, asked: Asked): ScriptResult {
  if ('ended' in said) return { failure: `${told(said.ended, asked)}${hangsAt(said, asked)}` };
  let answer: { readonly value?: unknown; readonly error?: Failed; readonly loading?: boolean };
  try {
    answer = JSON.parse(said.line) as typeof answer;
  } catch {
    return { failure: 'broke off in the middle of its answer' };
  }
  const { error } = answer;
  if (error === undefined) return { value: answer.value };
  const { type, message, file, line } = error;
  const where = typeof file === 'string' && typeof line === 'number' ? ` (${placeOf(file, line, asked)})` : '';
  if (type === 'Limit') return { failure: String(message) };
  const what = `${String(type)}${message === '' ? '' : `: ${told(String(message), asked)}`}${where}`;
  return { failure: answer.loading === true ? `cannot be loaded: ${what}` : `raised ${what}` };
}

function hangsAt(said: { readonly at?: string }, asked: Asked): string {
  const frames = (said.at ?? '').split('\n').map((frame) => /^(.*):(\d+)$/.exec(frame));
  const own = frames.find((frame) => frame?.[1]?.startsWith('<pawl ') === true || frame?.[1]?.startsWith(asked.root));
  return own?.[1] === undefined ? '' : ` (${placeOf(own[1], Number(own[2]), asked)})`;
}

/** From the root of the workspace; inline code has lines of its own. */
function placeOf(file: string, line: number, { request, root }: Asked): string {
  if (!file.startsWith('<pawl '))
    return `${file.startsWith(root) ? file.slice(root.length + 1).replaceAll('\\', '/') : file}:${line}`;
  return request.code.includes('\n') ? `line ${Math.max(1, line - linesBefore)} of the code` : 'in its one line';
}

/** Messages come from programs and from what models said: no control characters, no marks that turn text around. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/** What was given is taken out first: of a value whose lines were joined, or whose end was cut off, the rest would be left. */
const told = (text: string, { hide }: Asked): string => plain(hide(text)).slice(0, toldCharacters);

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
