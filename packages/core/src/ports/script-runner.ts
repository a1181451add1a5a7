// Users' code. JavaScript runs away from everything: no files, no network, no environment, a limit of time and of memory.
// Python is a program of the repository, as what `exec:` starts: it has the user's rights, and no fork's run starts it.
import type { LocalModule, Script, ScriptFile } from '../formats/eval-suite.ts';
import { hiding, type Hide } from './hidden-values.ts';

export interface ScriptRequest {
  /** An expression, or a body with `return`. */
  readonly code: string;
  /** Names the code may use; copied in as JSON. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** CommonJS or ES module source whose default or named export is called instead. */
  readonly module?: {
    readonly source: string;
    readonly file: string;
    readonly export?: string;
    readonly args: readonly unknown[];
    /** Of a Python file: what it imports from the repository. */
    readonly modules?: readonly LocalModule[];
  };
  /** The code is Python, and no JavaScript. */
  readonly python?: InlinePython;
  /** For programs; the sandbox gives JavaScript none of it. */
  readonly program?: ProgramSetting;
}

export interface InlinePython {
  /** What messages call it: the file and the line it stands in. */
  readonly name: string;
  /** The code with `inPlaceOfVariable` for each variable: what is put in may make other constants of it, and no other code. */
  readonly shape?: string;
}

/** A number that no code has of its own, and that stands wherever a number or a text may. */
export const inPlaceOfVariable = '8106253914077';

/** How a program of the repository runs. */
export interface ProgramSetting {
  /** Where, from the root of the workspace: beside the suite, as its author tried it. */
  readonly folder: string;
  /** What it is given beside what every program needs to start. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of one call. */
  readonly timeoutMs?: number;
  /** Processes at most; more than one only where calls wait for each other. */
  readonly workers?: number;
  /** The interpreter that a suite names. */
  readonly executable?: string;
}

export const isPython = ({ python, module }: ScriptRequest): boolean =>
  python !== undefined || module?.file.endsWith('.py') === true;

/** The same runner, whose programs run as one suite says. */
export function withProgram(scripts: ScriptRunner, program: ProgramSetting): ScriptRunner {
  const hide = hiding(Object.values(program.environment));
  return {
    run: (request) => scripts.run(isPython(request) ? { program, ...request } : request),
    matches: (pattern, flags, text) => scripts.matches(pattern, flags, text),
    close: () => scripts.close(),
    ...(hide !== undefined && { hide }),
  };
}

/** Paths in a suite and programs that it names go from here. */
export const folderOf = (file: string): string => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.');

/** @param names what an inline script calls its arguments; a file's function gets them in this order */
export const scriptRequest = (script: Script, names: Readonly<Record<string, unknown>>): ScriptRequest =>
  typeof script === 'string'
    ? { code: script, variables: names }
    : { code: '', variables: {}, module: { ...withoutKind(script), args: Object.values(names) } };

const withoutKind = ({ kind: _kind, ...script }: ScriptFile): Omit<ScriptFile, 'kind'> => script;

export type ScriptResult =
  /** What it gave, copied out as JSON; `undefined` stays undefined. */
  | { readonly value: unknown }
  /** It threw, ran too long, or asked for too much; the message is safe to show. */
  | { readonly failure: string };

export interface ScriptRunner {
  run(request: ScriptRequest): Promise<ScriptResult>;
  /** Whether a pattern is found, with a limit of time: users write patterns that never end. */
  matches(
    pattern: string,
    flags: string,
    text: string,
  ): Promise<{ readonly found: boolean } | { readonly failure: string }>;
  close(): Promise<void>;
  /** Takes out of a text what programs are given and nobody may be shown; absent where they are given nothing. */
  readonly hide?: Hide;
}
