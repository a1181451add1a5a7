// What the runner and its thread say to each other: jobs one way, replies in the same order the other way.

export interface Limits {
  readonly timeMs: number;
  readonly memoryBytes: number;
  /** Of the JSON that a script gives back. */
  readonly outputCharacters: number;
}

/** Everything travels as text: nothing of the host is shared with what a script can reach. */
export type Job =
  | {
      readonly kind: 'code';
      /** Bodies of a function, the likeliest first; the first that is JavaScript is run. */
      readonly bodies: readonly string[];
      readonly names: readonly string[];
      /** JSON: an object of the values by name. */
      readonly values: string;
    }
  | {
      readonly kind: 'module';
      readonly format: 'esm' | 'commonjs';
      readonly source: string;
      readonly file: string;
      /** What is called; the default export, or the module itself, when it is missing. */
      readonly export?: string;
      /** JSON: an array. */
      readonly args: string;
    }
  /** `text` is JSON: pattern, flags and the text that is searched. */
  | { readonly kind: 'match'; readonly text: string };

export type Reply =
  /** JSON of what it gave; undefined when it gave nothing. */
  | { readonly json: string | undefined }
  | { readonly failure: string; readonly timedOut?: boolean; readonly spoiled?: boolean };

export type ThreadMessage = { readonly ready: true } | { readonly reply: Reply };
