// Texts to vectors, for similarity.
import type { RunInput } from '../formats/run.ts';

export interface Embedder {
  /** Names model and version: vectors of different ones are never compared. */
  readonly id: string;
  /** It computes here: nothing leaves the machine, and no key is needed. */
  readonly local?: true;
  /** Files that the vectors depend on, for the record. */
  readonly inputs?: readonly RunInput[];
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
