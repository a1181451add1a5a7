// What is evaluated, whatever file it was written in: `.prompt.yml`, `promptfooconfig.yaml`, `*.eval.yml` and `.prompty`
// are read into this one shape. Front ends fill it, the runner runs it, and nobody behind it asks which file it was.
import type { Problem } from './problem.ts';
import type { RunInput } from './run.ts';

export type EvalDialect = 'prompt-yml' | 'promptfoo' | 'eval-yml' | 'prompty';

/** Where a part stands, for problems. Lines and columns from 1. */
export interface EvalPlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface EvalSuite {
  /** Name in reports, the registry and the store. */
  readonly name: string;
  readonly description?: string;
  readonly file: string;
  readonly dialect: EvalDialect;
  readonly prompts: readonly EvalPrompt[];
  readonly providers: readonly EvalProvider[];
  readonly cases: readonly EvalCase[];
  /** The data file that all cases come from, and where it is named. */
  readonly casesFile?: { readonly path: string; readonly place: EvalPlace };
  /** What the registry knows a version by, where that is not simply prompts and providers. */
  readonly subject?: unknown;
  readonly policy: EvalPolicy;
  /** Files that were read, with digests. */
  readonly inputs: readonly RunInput[];
  /** Verdicts as that tool gives them, its fail-open ones included; see docs of the dialect. */
  readonly compat?: 'promptfoo';
  /** Asked where an assertion names no judge of its own. */
  readonly judge?: EvalProvider;
  /** Asked where an assertion names no embedding model of its own. */
  readonly embedding?: EvalProvider;
  /** Path of the judge's certificate, from the root. */
  readonly certificate?: string;
  readonly derivedMetrics: readonly { readonly name: string; readonly value: string }[];
  /** What the file says of running it; inputs win. */
  readonly run: {
    readonly concurrency?: number;
    readonly repeats?: number;
    readonly delayMs?: number;
    readonly timeoutMs?: number;
    /** Answers come token by token, and are timed. */
    readonly stream?: boolean;
  };
}

/** Users' JavaScript: an expression or a body with `return`; or a file of the workspace, of JavaScript or Python, read with its suite. */
export type Script = string | ScriptFile;

export interface ScriptFile {
  readonly kind: 'script-file';
  readonly source: string;
  /** Path from the root, for messages and its kind: `.js`, `.mjs`, `.cjs`, `.ts`, `.py`. */
  readonly file: string;
  /** What is called; the default export, or what the place it stands in names, when it is missing. */
  readonly export?: string;
  /** Of a Python file: what it imports from the workspace, and what that imports, as far as its text tells. */
  readonly modules?: readonly LocalModule[];
}

export interface LocalModule {
  /** As Python names it: `checks.words`. */
  readonly name: string;
  /** Path from the root; a package is its `__init__.py`. */
  readonly file: string;
  readonly source: string;
}

/** How text becomes a request. `braces` knows `{{name}}` alone, as `.prompt.yml` does; `jinja` is @pawl/core/template. */
export type TemplateLanguage = 'braces' | 'jinja';

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** `data:` or `https:`. */
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } };

export interface EvalMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | 'developer';
  readonly content: string | readonly ContentPart[];
  readonly name?: string;
  readonly toolCallId?: string;
}

export interface EvalPrompt {
  /** What reports call it; unique in the suite. */
  readonly label: string;
  readonly language: TemplateLanguage;
  /** A chat, or one text (a completion, or a chat's only user message). Text that parses as a JSON chat is a chat. */
  readonly body:
    | { readonly kind: 'chat'; readonly messages: readonly EvalMessage[] }
    | { readonly kind: 'text'; readonly text: string };
  /** Model parameters that the prompt brings along. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly responseFormat?:
    | { readonly type: 'json_object' }
    | { readonly type: 'json_schema'; readonly jsonSchema: Readonly<Record<string, unknown>> };
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  /** What variables are where a case says nothing. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly place: EvalPlace;
}

export type ProviderKind =
  | 'openai'
  | 'openai-completion'
  | 'anthropic'
  | 'http'
  | 'exec'
  | 'echo'
  | 'script'
  | 'python'
  | 'onnx';

export interface EvalProvider {
  /** As written: `openai:chat:gpt-4o-mini`. */
  readonly id: string;
  readonly label: string;
  readonly kind: ProviderKind;
  readonly model?: string;
  /** Settings by kind: baseUrl, apiKeyEnv, headers, body, … Secrets stand in it as names of environment variables. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * Where and with which headers it is asked, as the suite writes it: names of environment variables and not what this
   * machine has for them, and no address where the scheme gives it. Without it `config` says it as it is written.
   */
  readonly reached?: { readonly address?: string; readonly headers?: Readonly<Record<string, unknown>> };
  /** Only these prompts, by label. */
  readonly prompts?: readonly string[];
  /** Users' JavaScript on the output. */
  readonly transform?: Script;
  readonly delayMs?: number;
  readonly place: EvalPlace;
}

export interface EvalCase {
  /** Unique in the suite, stable from run to run: what pairs candidate and baseline. */
  readonly id: string;
  readonly description?: string;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly assertions: readonly (Assertion | AssertionSet)[];
  /** The case passes when its weighted score reaches this, whatever single assertions say. */
  readonly threshold?: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Slice name → value. */
  readonly slices: Readonly<Record<string, string>>;
  /** Cases of one source (a document, a conversation) are not independent: they share a cluster. */
  readonly cluster?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  /** Users' JavaScript on the output, before the assertions. */
  readonly transform?: Script;
  /** Users' JavaScript on the variables, before the prompt. */
  readonly transformVars?: Script;
  /** Users' JavaScript from the named scores to `{pass, score, reason}`, instead of weights and threshold. */
  readonly scoring?: Script;
  /** Only these, by label. */
  readonly prompts?: readonly string[];
  readonly providers?: readonly string[];
  readonly repeats?: number;
  /** No call is made: this is the output. */
  readonly output?: unknown;
  /** Turns of one conversation run in order and see each other. */
  readonly conversation?: string;
  /** Later cases read the output under this name. */
  readonly storeOutputAs?: string;
  readonly place: EvalPlace;
}

export interface Assertion {
  readonly kind: 'assertion';
  /** Base name without `not-`. */
  readonly type: string;
  readonly negated: boolean;
  /** As written; texts in it are rendered with the case's variables before the scorer sees them. */
  readonly value?: unknown;
  readonly threshold?: number;
  readonly weight: number;
  /** Its score is shown and does not decide: a judge without a certificate. */
  readonly advisory?: true;
  /** Why the judge that scores it has no standing, whether or not anything else decides its cases. */
  readonly uncertified?: string;
  /** Named score it counts for; may be a template. */
  readonly metric?: string;
  /** Judge or embedding model: an `EvalProvider` that the front end made of what the suite says. */
  readonly provider?: unknown;
  readonly rubricPrompt?: unknown;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly transform?: Script;
  readonly contextTransform?: Script;
  /** Of inline Python that has variables: its value with 0 in place of each. */
  readonly shape?: string;
  readonly place: EvalPlace;
}

export interface AssertionSet {
  readonly kind: 'set';
  readonly assertions: readonly Assertion[];
  readonly threshold?: number;
  readonly weight: number;
  readonly metric?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Its score is 1 when every assertion holds, else 0, and no mean: an evaluator of several criteria. */
  readonly every?: boolean;
}

export interface EvalPolicy {
  /** Largest loss that does not matter, as a share. */
  readonly margin: number;
  readonly repeats: number;
  readonly minCases: number;
  /** Least pass rate that is acceptable whatever the baseline has. */
  readonly threshold?: number;
  /** Named scores that gate beside the pass rate; every other one is reported. */
  readonly gating?: readonly string[];
  /** Up to so often each request is asked while the verdict is open; `repeats` when it is missing. */
  readonly maxRepeats?: number;
  /** The largest growth of median and 95th percentile that does not matter: 0.1 is 10 %. Gates when it is there. */
  readonly latency?: number;
  /** The same for the time to the first token of a streamed answer, and for the time between tokens after it. */
  readonly firstToken?: number;
  readonly betweenTokens?: number;
  /** The same for what an answer costs. */
  readonly cost?: number;
  /** Named scores of things that must not happen; `limit` is the share of answers in which they may. */
  readonly safety?: readonly { readonly score: string; readonly limit?: number }[];
  /** Cases that are reported and do not gate, up to and with a day (2026-03-31). */
  readonly quarantine?: readonly Quarantine[];
}

export interface Quarantine {
  readonly id: string;
  readonly reason: string;
  readonly until?: string;
}

/** A file read: the suite, and everything that was wrong or is worth saying. */
export interface EvalSuiteRead {
  readonly value?: EvalSuite;
  readonly problems: readonly Problem[];
}
