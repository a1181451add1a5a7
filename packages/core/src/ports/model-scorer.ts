// Runs a tabular model on columns.

/** A model that cannot be loaded or run: the user's to mend, so it says which file, why, and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  /**
   * Stable: `MODEL_INVALID`, `MODEL_EXTERNAL_DATA`, `MODEL_OPERATOR_UNKNOWN`, `MODEL_TOO_LARGE`, `MODEL_INPUT`, `MODEL_OUTPUT`,
   * `MODEL_RUN_FAILED`, `MODEL_MEMORY_UNKNOWN`, `MODEL_RUNTIME_MISSING`, `MODEL_RUNTIME_UNSAFE`.
   */
  readonly code: string;
  /** As the model was named to the scorer. */
  readonly file: string;
  readonly hint: string;

  constructor(code: string, message: string, { file, hint, cause }: { file: string; hint: string; cause?: unknown }) {
    super(message, { cause });
    this.code = code;
    this.file = file;
    this.hint = hint;
  }
}

export interface ModelSignature {
  readonly inputs: readonly {
    readonly name: string;
    readonly type: 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';
    /** Features in one row of this input, where the model says so: 1 for a `[N, 1]` input, k for `[N, k]`. */
    readonly width?: number;
  }[];
  readonly outputs: readonly string[];
}

/** What a model says of rows: n × k probabilities, row by row; a model that only gives classes has none, `classes` 0, and `labels`. */
export interface ModelScores {
  readonly probabilities: Float64Array;
  readonly classes: number;
  readonly labels?: readonly string[];
  /** One number a row, where that is all the model gives and nothing says it is a probability: a regression, a ranking. */
  readonly values?: Float64Array;
}

/** One array per input, each of rows × width values, row by row. Single precision is given as it is to inputs of it. */
export type ModelColumns = Readonly<Record<string, Float64Array | Float32Array | readonly (string | null)[]>>;

export interface ScoredModel {
  readonly signature: ModelSignature;
  /** @param progress told how many rows are done, batch by batch */
  score(columns: ModelColumns, rows: number, progress?: (rows: number) => void): Promise<ModelScores>;
  /**
   * Milliseconds that the model itself takes for these rows in one call: its inputs are ready before, its answers are
   * not read. Absent where the model does not run here.
   */
  time?(columns: ModelColumns, rows: number): Promise<number>;
  close(): Promise<void>;
}

/** What runs the models: native code, or the same library as WebAssembly. Its numbers may differ in the last digits. */
export interface ModelRuntime {
  readonly kind: 'native' | 'wasm';
  readonly version: string;
  /** Why it is this one, where the user may have expected another. */
  readonly note?: string;
}

export interface ModelScorer {
  /** @throws ModelError when the bytes are no model, or one with unknown operators */
  load(model: Uint8Array, name: string): Promise<ScoredModel>;
  /**
   * Bytes by which a fresh process of its own grows (resident memory) when it loads the model and runs these rows once.
   * Absent where models do not run here.
   * @throws ModelError `MODEL_MEMORY_UNKNOWN` when it cannot be measured
   */
  memory?(model: Uint8Array, name: string, sample: ModelSample): Promise<number>;
  /**
   * The same for all of its models. Absent where models do not run here.
   * @throws ModelError when the one that was asked for is not there
   */
  runtime?(): Promise<ModelRuntime>;
}

export interface ModelSample {
  readonly columns: ModelColumns;
  readonly rows: number;
}
