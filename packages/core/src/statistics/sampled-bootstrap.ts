// The bootstrap of rows that weigh, belong together or were drawn by stratum: whole clusters are drawn with
// replacement, within their strata (Davison & Hinkley 1997, §3.8 and §2.4), and a row counts its weight each time.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { unitsOf, type Sampling, type Units } from './sampling.ts';

export interface SampledPlan {
  readonly replicates: number;
  /** 32 bits. */
  readonly seed: number;
}

type Evaluate = (weights: Float64Array) => readonly number[];

/**
 * @param evaluate gets each row's weight in the draw (its own times how often its unit was drawn)
 * @returns one array of replicates per statistic
 */
export function sampledBootstrap(sampling: Sampling, plan: SampledPlan, evaluate: Evaluate): Float64Array[] {
  const units = unitsOf(sampling);
  const random = xoroshiro128plus(plan.seed);
  const counts = new Int32Array(units.count);
  const weights = new Float64Array(sampling.rows);
  const results: Float64Array[] = [];
  for (let replicate = 0; replicate < plan.replicates; replicate++) {
    counts.fill(0);
    for (const list of units.strata) {
      // A unit is favoured by less than n / 2³², far below what replicates resolve.
      const scale = list.length / 2 ** 32;
      for (let draw = 0; draw < list.length; draw++) counts[list[Math.floor((random.next() >>> 0) * scale)]!]! += 1;
    }
    evaluate(spread(weights, { counts, sampling, units })).forEach((value, index) => {
      results[index] ??= new Float64Array(plan.replicates);
      results[index][replicate] = value;
    });
  }
  return results;
}

/** The statistics without each of up to `groups` groups of units: what BCa's acceleration is had from. */
export function sampledJackknife(sampling: Sampling, evaluate: Evaluate, groups = 400): Float64Array[] {
  const units = unitsOf(sampling);
  const used = Math.min(units.count, groups);
  const counts = new Int32Array(units.count);
  const weights = new Float64Array(sampling.rows);
  const results: Float64Array[] = [];
  for (let group = 0; group < used; group++) {
    counts.fill(1);
    for (let unit = group; unit < units.count; unit += used) counts[unit] = 0;
    evaluate(spread(weights, { counts, sampling, units })).forEach((value, index) => {
      results[index] ??= new Float64Array(used);
      results[index][group] = value;
    });
  }
  return results;
}

interface Draw {
  readonly counts: Int32Array;
  readonly sampling: Sampling;
  readonly units: Units;
}

function spread(into: Float64Array, { counts, sampling, units }: Draw): Float64Array {
  const own = sampling.weights;
  for (let row = 0; row < into.length; row++) {
    const count = counts[units.ofRow === undefined ? row : units.ofRow[row]!]!;
    into[row] = own === undefined ? count : count * own[row]!;
  }
  return into;
}
