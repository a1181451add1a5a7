// Evidence that may be looked at any time: e-processes for a rollout's counts (research: Ville's inequality,
// Ramdas et al., "Game-theoretic statistics and safe anytime-valid inference", 2023).
// An e-process has expectation ≤ 1 under its null hypothesis at every stopping time, so the chance that it ever
// reaches 1/α is at most α, however often one looks. All values are natural logarithms: products over thousands
// of requests overflow.

/** Requests of one arm, and how many of them were bad (failed, or slow). */
export interface BadCounts {
  readonly requests: number;
  readonly bad: number;
}

/** How many times worse than allowed the alternatives are, in the rollback test. */
export const raceRatios = [1.5, 2, 3, 5, 10] as const;

/** The alternatives' bad rate as a share of the limit, in the promotion test. */
export const promotionShares = [0, 0.1, 0.25, 0.5, 0.75] as const;

/**
 * Log of the mixture e-process against "the canary's bad rate is at or above the limit": the larger, the
 * surer that it is below. Each request multiplies by the likelihood ratio of rate f·limit to rate limit:
 * f when it was bad, (1 − f·limit)/(1 − limit) when not; uniform mixture over `promotionShares`.
 * @param limit 0 < limit < 1
 */
export function logBelowLimit(counts: BadCounts, limit: number): number {
  checkCounts(counts);
  const { requests, bad } = counts;
  return logMean(
    promotionShares.map(
      (share) => times(bad, Math.log(share)) + (requests - bad) * Math.log((1 - share * limit) / (1 - limit)),
    ),
  );
}

/** Requests without one bad that first reach 1/alpha: the floor under any promotion. */
export function requestsToPromote(limit: number, alpha: number): number {
  const wanted = Math.log(1 / alpha);
  let high = 1;
  while (logBelowLimit({ requests: high, bad: 0 }, limit) < wanted) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (logBelowLimit({ requests: middle, bad: 0 }, limit) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The failure race: one log e-value for each of `raceRatios`, against "the canary's bad rate is at most
 * `tolerance` × the stable one's". A bad event falls on the canary with chance at most
 * π = w·r0/(w·r0 + 1 − w) then, so it multiplies by q/π, and a stable one by (1 − q)/(1 − π), where q is the
 * same with r0·ratio. Exact in the limit of rare events, conservative beyond it; a baseline without failures
 * needs no special case.
 * @param share the canary's share of requests, 0 … 1. With 0 or 1 there is no race, and the evidence is nil.
 *   The larger of nominal weight and observed share is the conservative choice: both factors fall with it.
 * @param tolerance r0, ≥ 1: 1 for errors, 1.1 for latency
 */
export function logFailureRace(
  bad: { readonly canary: number; readonly stable: number },
  share: number,
  tolerance: number,
): readonly number[] {
  if (share <= 0 || share >= 1) return raceRatios.map(() => 0);
  const chance = (ratio: number): number => (share * ratio) / (share * ratio + 1 - share);
  const allowed = chance(tolerance);
  return raceRatios.map((ratio) => {
    const alternative = chance(tolerance * ratio);
    return bad.canary * Math.log(alternative / allowed) + bad.stable * Math.log((1 - alternative) / (1 - allowed));
  });
}

/**
 * Log e-values, one for each of `raceRatios`, against "the canary's bad rate is at most the limit": what
 * judges when the canary has all the traffic and there is nothing left to race with.
 */
export function logAboveLimit(counts: BadCounts, limit: number): readonly number[] {
  checkCounts(counts);
  return raceRatios.map((ratio) => {
    const alternative = Math.min(limit * ratio, (1 + limit) / 2);
    return (
      counts.bad * Math.log(alternative / limit) +
      (counts.requests - counts.bad) * Math.log((1 - alternative) / (1 - limit))
    );
  });
}

/** E-values of one guard multiply over the steps of a rollout; so their logs add, ratio by ratio. */
export const addLogs = (a: readonly number[], b: readonly number[]): readonly number[] =>
  raceRatios.map((_, index) => (a[index] ?? 0) + (b[index] ?? 0));

/** Log of the mean of e-values given as logs: the uniform mixture. */
export function logMean(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length);
}

/** 0 · −∞ is 0 here: no bad event leaves the hypothesis "there are none" alive. */
const times = (count: number, log: number): number => (count === 0 ? 0 : count * log);

function checkCounts({ requests, bad }: BadCounts): void {
  if (!(bad >= 0 && requests >= bad)) throw new RangeError(`${bad} bad of ${requests} requests cannot be`);
}
