// The bootstrap of a mean with infinitely many resamples. The mean of n rows drawn with replacement is the n-fold
// convolution of the rows themselves, so its distribution need not be sampled: the characteristic function is the n-th
// power of one row's, and is inverted. No chance, no seed, and thousands of resamples cheaper.
// Efron & Tibshirani 1993, §14.4 ("ideal" bootstrap); Gil-Pelaez 1951, Biometrika 38:481–482; step as Davies 1973.
import { decisionLevel, remembered, shownLevel, type DifferenceEstimate } from './difference-estimate.ts';
import { normalCdf, normalQuantile } from './normal.ts';

export interface MeanDistribution {
  /** Chance that a resampled mean is at most this. */
  cdf(mean: number): number;
  quantile(share: number): number;
}

/** Period of the inversion in standard deviations: what lies further out would be folded in. */
const period = 40;
/** Frequencies beyond add less than this to any chance. */
const negligible = 1e-10;
const mostTerms = 400;
/** Fewer rows make a distribution of single steps, which the inversion would smooth away. */
const fewestRows = 50;

/**
 * @param values one number a row
 * @returns undefined where resampling must do it: fewer than fifty rows, no spread, or a distribution of visible steps
 */
export function resampledMeans(values: Float64Array): MeanDistribution | undefined {
  const n = values.length;
  if (n < fewestRows) return undefined;
  const { mean, deviation } = momentsOf(values);
  const scale = deviation / Math.sqrt(n);
  if (!(scale > 0) || !Number.isFinite(scale)) return undefined;
  const terms = frequencies(values, mean, deviation * Math.sqrt(n));
  if (terms === undefined) return undefined;
  const cdf = (at: number): number => {
    const z = (at - mean) / scale;
    if (Math.abs(z) > period / 3) return z < 0 ? 0 : 1;
    let sum = 0;
    for (const { t, modulus, angle } of terms) sum += (modulus / t) * Math.sin(angle - t * z);
    return Math.min(1, Math.max(0, 0.5 - (sum * step) / Math.PI));
  };
  return {
    cdf,
    quantile: (share) => {
      let [low, high] = [mean - 12 * scale, mean + 12 * scale];
      for (let round = 0; round < 60; round++) {
        const middle = (low + high) / 2;
        if (cdf(middle) < share) low = middle;
        else high = middle;
      }
      return (low + high) / 2;
    },
  };
}

/**
 * A paired mean with its BCa or percentile intervals, as after infinitely many resamples.
 * @param differences candidate − baseline, one a row
 * @returns undefined where `resampledMeans` has none
 */
export function idealEstimate(differences: Float64Array, kind: 'bca' | 'percentile'): DifferenceEstimate | undefined {
  const means = resampledMeans(differences);
  if (means === undefined) return undefined;
  const { mean, deviation, skewness } = momentsOf(differences);
  const bias = kind === 'bca' ? normalQuantile(means.cdf(mean)) : 0;
  // The jackknife's acceleration of a mean: its skewness / (6 √n).
  const acceleration = kind === 'bca' ? skewness / (6 * Math.sqrt(differences.length)) : 0;
  const moved = (share: number): number => {
    const z = bias + normalQuantile(share);
    return means.quantile(normalCdf(bias + z / (1 - acceleration * z)));
  };
  const within = remembered((level) => [moved((1 - level) / 2), moved((1 + level) / 2)]);
  return {
    difference: mean,
    standardError: deviation / Math.sqrt(differences.length),
    decision: within(decisionLevel),
    shown: within(shownLevel),
    within,
    pLower: 1 - means.cdf(0),
    pHigher: means.cdf(0),
  };
}

const step = (2 * Math.PI) / period;

interface Term {
  /** Half a step past each multiple of the step. */
  readonly t: number;
  readonly modulus: number;
  readonly angle: number;
}

/** The n-th power of one row's characteristic function at each frequency. Each row turns by a constant angle a step. */
function frequencies(values: Float64Array, mean: number, unit: number): readonly Term[] | undefined {
  const n = values.length;
  const [cosine, sine, turnCosine, turnSine] = [0, 1, 2, 3].map(() => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let row = 0; row < n; row++) {
    const angle = ((values[row]! - mean) / unit) * step;
    cosine[row] = Math.cos(angle / 2);
    sine[row] = Math.sin(angle / 2);
    turnCosine[row] = Math.cos(angle);
    turnSine[row] = Math.sin(angle);
  }
  const terms: Term[] = [];
  while (terms.length < mostTerms) {
    let real = 0;
    let imaginary = 0;
    for (let row = 0; row < n; row++) {
      const [c, s] = [cosine[row]!, sine[row]!];
      real += c;
      imaginary += s;
      cosine[row] = c * turnCosine[row]! - s * turnSine[row]!;
      sine[row] = s * turnCosine[row]! + c * turnSine[row]!;
    }
    const modulus = (Math.hypot(real, imaginary) / n) ** n;
    terms.push({ t: (terms.length + 0.5) * step, modulus, angle: n * Math.atan2(imaginary, real) });
    if (modulus < negligible) return terms;
  }
  return undefined;
}

function momentsOf(values: Float64Array): {
  readonly mean: number;
  readonly deviation: number;
  readonly skewness: number;
} {
  const n = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / n;
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    squares += (value - mean) ** 2;
    cubes += (value - mean) ** 3;
  }
  const deviation = Math.sqrt(squares / n);
  return { mean, deviation, skewness: deviation === 0 ? 0 : cubes / n / deviation ** 3 };
}
