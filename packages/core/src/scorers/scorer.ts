// What a scorer is: one assertion and one answer in, a score out. Scorers never throw for what a model said; what they
// cannot judge is a failure with its reason, and a failure is never a pass.
import type { Assertion } from '../formats/eval-suite.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { ModelProvider } from '../ports/model-provider.ts';
import type { ScriptRunner } from '../ports/script-runner.ts';

/** What a model answered, as scorers see it: transforms have run. */
export interface ScoredAnswer {
  /** Text, or what a transform or a structured answer made. */
  readonly output: unknown;
  /** The same as text; anything else as JSON. */
  readonly text: string;
  readonly costUsd?: number;
  readonly latencyMs?: number;
  readonly finishReason?: string;
  readonly toolCalls?: readonly ToolCall[];
  /** Natural logarithms, one for each token. */
  readonly logProbs?: readonly number[];
  /** Said by the provider itself. */
  readonly refused?: boolean;
  readonly guardrails?: { readonly flagged: boolean; readonly reason?: string };
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** What the provider sent, for scripts. */
  readonly raw?: unknown;
}

export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** Parsed where it is JSON, else the text. */
  readonly arguments: unknown;
}

export interface ScoreRequest {
  /** Its value is rendered, files are read. */
  readonly assertion: Assertion;
  readonly answer: ScoredAnswer;
  readonly vars: Readonly<Record<string, unknown>>;
  /** The rendered prompt as text. */
  readonly prompt: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Tool definitions that the request had. */
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  /** Earlier turns of the conversation. */
  readonly conversation?: readonly { readonly input: string; readonly output: string }[];
}

export interface Score {
  /** After `not-`, which each scorer applies itself: what the opposite of a graded score is differs. Weights are the runner's. */
  readonly pass: boolean;
  /** 0 to 1; null when there is a verdict and no number. */
  readonly score: number | null;
  readonly reason: string;
  /** Named parts, as scripts may give. */
  readonly named?: Readonly<Record<string, number>>;
  readonly costUsd?: number;
  readonly tokens?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Could not be judged: a judge that cannot be reached, a script that fails, a value that is none. Never a pass. */
export interface ScoreFailure {
  readonly failure: string;
  readonly hint: string;
}

export type JudgeModel = ModelProvider & {
  readonly model: string;
  /** What it is asked with; without them the settings of the assertion's own provider, at temperature 0. */
  readonly parameters?: Readonly<Record<string, unknown>>;
};

export interface SqlRules {
  /** `MySQL`, `PostgreSQL` and so on, as promptfoo and node-sql-parser name them. */
  readonly database: string;
  /** `select::null::orders`: patterns of what may be done to which table. */
  readonly tables?: readonly string[];
  /** `select::orders::id` */
  readonly columns?: readonly string[];
}

export interface SqlReading {
  readonly parsed: boolean;
  /** Where the tables are not all allowed: those it uses, if they can be told, and what the parser says. */
  readonly tables?: SqlBreach | undefined;
  readonly columns?: SqlBreach | undefined;
}

export interface SqlBreach {
  readonly found: readonly string[];
  readonly why: string;
}

/** What scorers may ask of the world; each is there when the suite needs it. */
export interface ScorerWorld {
  /** A judge; `as` is the assertion's own `provider`, undefined for the suite's default. */
  judge?(as: unknown): Promise<JudgeModel>;
  /** An embedding model; `as` is the assertion's own `provider`, undefined for the suite's default. */
  embedder?(as: unknown): Promise<Embedder>;
  readonly scripts?: ScriptRunner;
  /** Reads SQL by a dialect's grammar, which is fetched when a suite first asks. The adapter holds the time limit. */
  readSql?(sql: string, rules: SqlRules): Promise<SqlReading | ScoreFailure>;
  /** JSON in, JSON out; for webhook assertions and guardrail services. The adapter holds URL rules and time limits. */
  post?(url: string, body: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
}

export type Scorer = (
  request: ScoreRequest,
  world: ScorerWorld,
) => Score | ScoreFailure | Promise<Score | ScoreFailure>;

export const isScoreFailure = (score: Score | ScoreFailure): score is ScoreFailure => 'failure' in score;

/** One assertion that weighs the answers of all columns of a case against each other: select-best, max-score. */
export interface CompareRequest {
  readonly assertion: Assertion;
  readonly candidates: readonly {
    /** Prompt and provider, as reports call them. */
    readonly column: string;
    readonly answer: ScoredAnswer;
    /** What the baseline answered in this column, for `pairwise`. */
    readonly before?: ScoredAnswer;
    readonly prompt: string;
    /** What its other assertions gave, and each of them. */
    readonly score: number;
    readonly parts: readonly { readonly assertion: Assertion; readonly score: Score }[];
  }[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** One result for each candidate, in order. */
export type Comparer = (
  request: CompareRequest,
  world: ScorerWorld,
) => readonly (Score | ScoreFailure)[] | Promise<readonly (Score | ScoreFailure)[]>;

export type ComparerTable = ReadonlyMap<string, Comparer>;

/** Scorers by the base name of their assertion. */
export type ScorerTable = ReadonlyMap<string, Scorer>;
