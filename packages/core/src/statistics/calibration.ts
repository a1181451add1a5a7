// Does a probability of 0.7 come true seven times in ten? Equal-width bins, edges as scikit-learn's `calibration_curve` has them.

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly rows: number;
  /** Mean predicted probability of its rows. */
  readonly predicted: number;
  /** Share of its rows that came true. */
  readonly observed: number;
}

/** The bin of a probability: (i/bins, (i+1)/bins], and 0 in the first. */
export function binOf(probability: number, bins: number): number {
  let bin = Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1));
  // The edges are multiples of 1/bins as doubles; a product that was rounded may land one bin off.
  const width = 1 / bins;
  if (bin > 0 && probability <= bin * width) bin -= 1;
  else if (bin < bins - 1 && probability > (bin + 1) * width) bin += 1;
  return bin;
}

/**
 * Bins that hold rows, from low to high.
 * @param weights one a row; left out, each counts once (`rows` is then their number, else their weight)
 */
export function reliability(
  probabilities: Float64Array,
  outcomes: Uint8Array,
  bins = 10,
  weights?: Float64Array,
): ReliabilityBin[] {
  const rows = new Float64Array(bins);
  const predicted = new Float64Array(bins);
  const observed = new Float64Array(bins);
  for (let row = 0; row < probabilities.length; row++) {
    const bin = binOf(probabilities[row]!, bins);
    const weight = weights === undefined ? 1 : weights[row]!;
    rows[bin]! += weight;
    predicted[bin]! += weight * probabilities[row]!;
    observed[bin]! += weight * outcomes[row]!;
  }
  return Array.from(rows, (count, bin) => ({
    rows: count,
    predicted: predicted[bin]! / count,
    observed: observed[bin]! / count,
  })).filter((bin) => bin.rows > 0);
}

/** Expected calibration error: mean distance between predicted and observed share over the rows (Guo et al. 2017, eq. 3). */
export function expectedCalibrationError(
  probabilities: Float64Array,
  outcomes: Uint8Array,
  bins = 10,
  weights?: Float64Array,
): number | null {
  let sum = 0;
  let all = 0;
  for (const bin of reliability(probabilities, outcomes, bins, weights)) {
    sum += bin.rows * Math.abs(bin.observed - bin.predicted);
    all += bin.rows;
  }
  return all === 0 ? null : sum / all;
}

/** Per row, its signed part of the calibration error: their mean is the ECE, their spread gives its standard error. */
export function calibrationInfluence(
  probabilities: Float64Array,
  outcomes: Uint8Array,
  bins = 10,
  weights?: Float64Array,
): Float64Array {
  const gap = new Float64Array(bins);
  for (let row = 0; row < probabilities.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    gap[binOf(probabilities[row]!, bins)]! += weight * (probabilities[row]! - outcomes[row]!);
  }
  return probabilities.map(
    (probability, row) => Math.sign(gap[binOf(probability, bins)]!) * (probability - outcomes[row]!),
  );
}
