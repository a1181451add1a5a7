// Two samples of numbers: how far apart their distributions are, and how surprising that is.

export interface TwoSampleDistances {
  /** Kolmogorov–Smirnov's D: the largest gap between the two cumulative distributions, 0 … 1. */
  readonly ks: number;
  /** Wasserstein's (earth mover's) distance, in the numbers' own unit. */
  readonly wasserstein: number;
}

/**
 * D and W₁ in one merge of two sorted samples: `scipy.stats.ks_2samp().statistic`, `wasserstein_distance`.
 * @param reference ascending, without NaN, not empty
 * @param current ascending, without NaN, not empty
 */
export function twoSampleDistances(reference: Float64Array, current: Float64Array): TwoSampleDistances {
  const [n, m] = [reference.length, current.length];
  let [i, j, ks, wasserstein] = [0, 0, 0, 0];
  let previous = Math.min(reference[0] ?? 0, current[0] ?? 0);
  while (i < n || j < m) {
    const left = i < n ? (reference[i] as number) : Infinity;
    const right = j < m ? (current[j] as number) : Infinity;
    const value = left < right ? left : right;
    wasserstein += Math.abs(i / n - j / m) * (value - previous);
    while (i < n && reference[i] === value) i++;
    while (j < m && current[j] === value) j++;
    const gap = Math.abs(i / n - j / m);
    if (gap > ks) ks = gap;
    previous = value;
  }
  return { ks, wasserstein };
}

/** Above this many steps the exact distribution gives way to the limit, which is exact to 1e-9 there. */
const exactSteps = 1e8;

/**
 * Two-sided p-value of D. Exact (Hodges 1957, as SciPy's `method="exact"`) while n·m ≤ 10⁸; above, the
 * approximation of Pelz & Good (1976) at round(n·m / (n + m)), as SciPy's `method="asymp"`.
 */
export function ksPValue(ks: number, n: number, m: number): number {
  if (n * m > exactSteps) {
    const effective = Math.round((n * m) / (n + m));
    return clip(1 - kolmogorovCdf(effective, ks));
  }
  const divisor = greatestCommonDivisor(n, m);
  const steps = Math.round(ks * (n / divisor) * m);
  if (steps === 0) return 1;
  return clip(n === m ? outsideSquare(n, steps) : outsideBand(Math.max(n, m), Math.min(n, m), divisor, steps));
}

/** Share of lattice paths from (0, 0) to (n, n) that leave the band of half-width h. */
function outsideSquare(n: number, h: number): number {
  let p = 0;
  for (let k = Math.floor(n / h); k >= 0; k--) {
    let ratio = 1;
    for (let j = 0; j < h; j++) ratio = ((n - k * h - j) * ratio) / (n + k * h + j + 1);
    p = ratio * (1 - p);
  }
  return 2 * p;
}

/** The same for samples of different sizes m > n with common divisor g: one row of the lattice at a time. */
function outsideBand(m: number, n: number, g: number, h: number): number {
  const [mg, ng] = [m / g, n / g];
  let low = 0;
  let high = Math.min(Math.ceil(h / mg), n + 1);
  let length = high - low;
  const row = new Float64Array(Math.min(2 * high + 2, n + 1)).fill(1);
  row.fill(0, low, high);
  for (let i = 1; i <= m; i++) {
    const [lastLow, lastLength] = [low, length];
    low = Math.min(Math.max(Math.floor((ng * i - h) / mg) + 1, 0), n);
    high = Math.min(Math.ceil((ng * i + h) / mg), n + 1);
    if (high <= low) return 1;
    let value = low === 0 ? 0 : 1;
    for (let j = low; j < high; j++) {
      value = ((row[j - lastLow] ?? 1) * i + value * j) / (i + j);
      row[j - low] = value;
    }
    length = high - low;
    if (lastLength > length) row.fill(1, length, lastLength);
  }
  return row[length - 1] ?? 1;
}

/** P(D_n ≤ x) by Pelz & Good: four terms of the expansion in 1/√n, each by Jacobi's theta functions. */
function kolmogorovCdf(n: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const z = Math.sqrt(n) * x;
  const exponent = -(Math.PI ** 2) / 8 / z ** 2;
  if (exponent < -708) return 0;
  const [pi2, pi4, pi6] = [Math.PI ** 2, Math.PI ** 4, Math.PI ** 6];
  const [z2, z4, z6] = [z ** 2, z ** 4, z ** 6];
  const q = Math.exp(exponent);
  const last = Math.ceil((16 * z) / Math.PI);
  const terms = [0, 0, 0, 0];
  const sums = [0, 0];
  const outer = Math.exp(-pi2 / 2 / z2);
  for (let k = last; k >= 1; k--) {
    const odd = (2 * k - 1) ** 2;
    const coefficients = [
      1,
      -z2 + (pi2 / 4) * odd,
      6 * z6 + 2 * z4 + (((2 * z4 - 5 * z2) * pi2) / 4) * odd + ((pi4 * (1 - 2 * z2)) / 16) * odd ** 2,
      -30 * z6 -
        90 * z ** 8 +
        ((pi2 * (135 * z4 - 96 * z6)) / 4) * odd +
        ((pi4 * (-60 * z2 + 212 * z4)) / 16) * odd ** 2 +
        ((pi6 * (5 - 30 * z2)) / 64) * odd ** 3,
    ];
    coefficients.forEach((value, term) => (terms[term] = (terms[term] ?? 0) * q ** (8 * k) + value));
    const weight = k ** 2 * outer ** (k ** 2);
    sums[0] = (sums[0] ?? 0) + weight;
    sums[1] = (sums[1] ?? 0) + (3 * z2 - pi2 * k ** 2) * weight;
  }
  const root = Math.sqrt(2 * Math.PI);
  const [t0 = 0, t1 = 0, t2 = 0, t3 = 0] = terms.map((value) => value * q * root);
  const second = t2 / (72 * z ** 7) + ((sums[0] ?? 0) * pi2 * root) / (-36 * z ** 3);
  const third = t3 / (6480 * z ** 10) + ((sums[1] ?? 0) * pi2 * root) / (216 * z6);
  return t0 / z + t1 / (6 * z4) / Math.sqrt(n) + second / n + third / n ** 1.5;
}

const clip = (p: number): number => Math.min(1, Math.max(0, p));

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
