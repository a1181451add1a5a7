// Texts to vectors, for similarity.
export interface Embedder {
  /** Names model and version: vectors of different ones are never compared. */
  readonly id: string;
  /** One vector a text, in order. @throws never: a failure is a value */
  embed(
    texts: readonly string[],
  ): Promise<
    | { readonly vectors: readonly (readonly number[])[]; readonly costUsd?: number }
    | { readonly failure: string; readonly hint: string }
  >;
  /** Writes what is still to be written, for example new recordings. */
  close?(): Promise<void>;
}
