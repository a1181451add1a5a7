// How many times longer one thing takes than another, of calls made in turns, with its uncertainty.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileOf } from './bootstrap.ts';
import { replicateEstimate, type DifferenceEstimate } from './difference-estimate.ts';

export interface QuantilePlan {
  /** 0.5 is the median, 0.95 what 95 of 100 calls keep. */
  readonly share: number;
  readonly replicates: number;
  readonly seed: number;
}

/** Blocks of calls that are drawn as one: a machine is slow for a while, not for one call. */
const blocks = 20;

/**
 * ln(quantile of `candidate` ÷ quantile of `baseline`), by a bootstrap of blocks of neighbouring pairs (Künsch 1989,
 * without overlap): what slows a machine down slows both of a pair, and those beside it.
 * @param candidate times, > 0, in the order they were measured; pair by pair with `baseline`
 * @param baseline left out, the candidate's own quantile is estimated: ln(quantile)
 * @returns null of fewer than 20 pairs, or where a time is not above zero
 */
export function logQuantileRatio(
  candidate: Float64Array,
  baseline: Float64Array | undefined,
  { share, replicates, seed }: QuantilePlan,
): DifferenceEstimate | null {
  const calls = candidate.length;
  if (calls < blocks || (baseline !== undefined && baseline.length !== calls)) return null;
  if (candidate.some((time) => !(time > 0)) || baseline?.some((time) => !(time > 0)) === true) return null;
  const logQuantile = (times: Float64Array): number => Math.log(quantileOf(times.toSorted(), share));
  const ratioOf = (a: Float64Array, b: Float64Array | undefined): number =>
    logQuantile(a) - (b === undefined ? 0 : logQuantile(b));
  const size = Math.floor(calls / blocks);
  const starts = Math.floor(calls / size);
  const random = xoroshiro128plus(seed);
  const [drawnA, drawnB] = [new Float64Array(starts * size), new Float64Array(starts * size)];
  const drawn = Float64Array.from({ length: replicates }, () => {
    for (let block = 0; block < starts; block++) {
      const from = Math.floor(((random.next() >>> 0) / 2 ** 32) * starts) * size;
      drawnA.set(candidate.subarray(from, from + size), block * size);
      if (baseline !== undefined) drawnB.set(baseline.subarray(from, from + size), block * size);
    }
    return ratioOf(drawnA, baseline === undefined ? undefined : drawnB);
  });
  return replicateEstimate(ratioOf(candidate, baseline), drawn);
}
