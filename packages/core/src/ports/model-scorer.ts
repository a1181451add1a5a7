// Runs a tabular model on columns.
export interface ModelSignature {
  readonly inputs: readonly {
    readonly name: string;
    readonly type: 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';
  }[];
  readonly outputs: readonly string[];
}

export interface ScoredModel {
  readonly signature: ModelSignature;
  /** @param columns one array per input, all of n rows. @returns n × k probabilities, row by row */
  score(
    columns: Readonly<Record<string, Float64Array | readonly (string | null)[]>>,
    rows: number,
  ): Promise<{ readonly probabilities: Float64Array; readonly classes: number }>;
  close(): Promise<void>;
}

export interface ModelScorer {
  /** @throws ModelError when the bytes are no model, or one with unknown operators */
  load(model: Uint8Array, name: string): Promise<ScoredModel>;
}
