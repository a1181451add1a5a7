// The rows that two regressions are judged on, and the numbers each predicts.
import type { Sampling } from '../../statistics/sampling.ts';
import type { Slices } from '../task.ts';

export interface NumberSample {
  readonly ids: readonly string[];
  /** The true number, one per row; finite. */
  readonly truth: Float64Array;
  readonly sampling: Sampling;
  readonly slices: Slices;
}

/** One model's answers. */
export interface NumberArm {
  /** One per row; finite. */
  readonly predicted: Float64Array;
}
