// The queries that two rankings are judged on, and the scores each model gives their items.
import type { Sampling } from '../../statistics/sampling.ts';
import type { Slices } from '../task.ts';

export interface RankingSample {
  /** One per item. */
  readonly ids: readonly string[];
  /** One per item: 0 or more, above 0 is relevant. */
  readonly relevance: Float64Array;
  readonly queries: readonly string[];
  /** The items of each query. */
  readonly items: readonly Int32Array[];
  /** Of queries. */
  readonly sampling: Sampling;
  /** By query. */
  readonly slices: Slices;
}

/** One model's answers. */
export interface RankingArm {
  /** One per item, finite; higher comes first. */
  readonly scores: Float64Array;
}
