// Users' JavaScript, away from everything: no files, no network, no environment, a limit of time and of memory.
import type { Script } from '../formats/eval-suite.ts';

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
  };
}

/** @param names what an inline script calls its arguments; a file's function gets them in this order */
export const scriptRequest = (script: Script, names: Readonly<Record<string, unknown>>): ScriptRequest =>
  typeof script === 'string'
    ? { code: script, variables: names }
    : {
        code: '',
        variables: {},
        module: {
          source: script.source,
          file: script.file,
          args: Object.values(names),
          ...(script.export !== undefined && { export: script.export }),
        },
      };

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
}
