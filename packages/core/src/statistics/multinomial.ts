// Random counts: what a bootstrap draws when rows that are alike were counted together first.
// A draw of n rows from k kinds is one multinomial draw of k counts, so it costs k, not n.
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** How n rows fall on kinds of the given weights: binomials, one kind after the other. */
export function drawMultinomial(random: RandomGenerator, n: number, weights: Float64Array): Float64Array {
  let left = n;
  let weightLeft = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, index) => {
    if (left === 0 || weight <= 0) return 0;
    const last = index === weights.length - 1 || weight >= weightLeft;
    const count = last ? left : drawBinomial(random, left, weight / weightLeft);
    left -= count;
    weightLeft -= weight;
    return count;
  });
}

/** A uniform number in (0, 1) of 32 bits. */
const uniform = (random: RandomGenerator): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;

/** Successes in n trials of chance p; exact for every n and p. */
export function drawBinomial(random: RandomGenerator, n: number, p: number): number {
  if (p <= 0 || n === 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - drawBinomial(random, n, 1 - p);
  return n * p < 10 ? byWaiting(random, n, p) : byRejection(random, n, p);
}

/** Jumps from success to success by geometric waiting times (Devroye 1986, X.4.3). */
function byWaiting(random: RandomGenerator, n: number, p: number): number {
  const scale = Math.log1p(-p);
  let successes = 0;
  let trial = Math.floor(Math.log(uniform(random)) / scale) + 1;
  while (trial <= n) {
    successes += 1;
    trial += Math.floor(Math.log(uniform(random)) / scale) + 1;
  }
  return successes;
}

/** Transformed rejection with squeeze, BTRS (Hörmann, "The generation of binomial random variates", 1993). */
function byRejection(random: RandomGenerator, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const alpha = (2.83 + 5.1 / b) * spread;
  const squeeze = 0.92 - 4.2 / b;
  const mode = Math.floor((n + 1) * p);
  const odds = Math.log(p / (1 - p));
  const atMode = stirlingTail(mode) + stirlingTail(n - mode);
  for (;;) {
    const u = uniform(random) - 0.5;
    let v = uniform(random);
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || k > n) continue;
    v = Math.log((v * alpha) / (a / (us * us) + b));
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (n - mode + 1)) +
      (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log((n - k + 1) / (k + 1)) +
      (k - mode) * odds +
      atMode -
      stirlingTail(k) -
      stirlingTail(n - k);
    if (v <= bound) return k;
  }
}

const stirlingTails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.0207906721037651, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];

/** ln k! − (Stirling's formula for it), in Hörmann's form. */
function stirlingTail(k: number): number {
  const known = stirlingTails[k];
  if (known !== undefined) return known;
  const next = k + 1;
  return (1 / 12 - (1 / 360 - 1 / 1260 / (next * next)) / (next * next)) / next;
}
