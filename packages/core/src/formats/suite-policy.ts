// What a suite says of its own judgement: the same keys under `x-pawl:` of a prompt and under `policy:` of a suite.
import * as z from 'zod/mini';
import type { EvalPolicy } from './eval-suite.ts';

const filled = z.string().check(z.minLength(1));
const share = z.number().check(z.minimum(0), z.maximum(1));
const count = z.int().check(z.minimum(1));
/** `true` takes the usual margin of 10 %. */
const ratioMargin = z.union([z.literal(true), z.number().check(z.minimum(0), z.maximum(10))]);

export const usualMargin = 0.03;
const usualRatioMargin = 0.1;
const usualMinCases = 30;

/** Members of a strict object, all optional. */
export const suitePolicyKeys = {
  /** The largest loss of accuracy that does not matter, as a share: 0.03 is three points. */
  margin: z.optional(z.number().check(z.minimum(0), z.maximum(0.999))),
  /** How often each request is asked before anything is judged, 1 by default. */
  repeats: z.optional(z.int().check(z.minimum(1), z.maximum(100))),
  /** Up to so often it is asked while the verdict is open. */
  'max-repeats': z.optional(z.int().check(z.minimum(1), z.maximum(100))),
  /** Fewer cases than this never settle anything. */
  'min-cases': z.optional(count),
  /** Least accuracy that is acceptable, whatever the baseline has. */
  threshold: z.optional(share),
  /** Names of scores that gate beside the pass rate. */
  gating: z.optional(z.array(filled)),
  /** Gates the latency too, by its median and its 95th percentile: the largest growth that does not matter. */
  latency: z.optional(ratioMargin),
  /** Of streamed answers: gates the time to the first token, and the time between tokens after it, in the same way. */
  'first-token': z.optional(ratioMargin),
  'between-tokens': z.optional(ratioMargin),
  /** Gates what an answer costs too: the largest growth that does not matter. */
  cost: z.optional(ratioMargin),
  /** Scores of things that must not happen; with a limit, the largest share of answers in which they may. */
  safety: z.optional(z.array(z.union([filled, z.strictObject({ score: filled, limit: z.optional(share) })]))),
  /** Cases that do not gate for a while, and why. */
  quarantine: z.optional(
    z.array(
      z.strictObject({
        case: z.union([filled, z.number()]),
        reason: filled,
        /** The last day, as 2026-03-31; from the next on the case counts again. */
        until: z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))),
      }),
    ),
  ),
};

const SuitePolicy = z.strictObject(suitePolicyKeys);
export type SuitePolicy = z.infer<typeof SuitePolicy>;

export function evalPolicyOf(written: SuitePolicy): EvalPolicy {
  const { threshold, gating, safety, quarantine } = written;
  const maxRepeats = written['max-repeats'];
  const ratio = (margin: number | true | undefined): number | undefined =>
    margin === true ? usualRatioMargin : margin;
  const latency = ratio(written.latency);
  const firstToken = ratio(written['first-token']);
  const betweenTokens = ratio(written['between-tokens']);
  const cost = ratio(written.cost);
  return {
    margin: written.margin ?? usualMargin,
    repeats: written.repeats ?? 1,
    minCases: written['min-cases'] ?? usualMinCases,
    ...(maxRepeats !== undefined && { maxRepeats }),
    ...(threshold !== undefined && { threshold }),
    ...(gating !== undefined && { gating }),
    ...(latency !== undefined && { latency }),
    ...(firstToken !== undefined && { firstToken }),
    ...(betweenTokens !== undefined && { betweenTokens }),
    ...(cost !== undefined && { cost }),
    ...(safety !== undefined && { safety: safety.map(limitOf) }),
    ...(quarantine !== undefined && {
      quarantine: quarantine.map(({ case: id, reason, until }) => ({
        id: String(id),
        reason,
        ...(until !== undefined && { until }),
      })),
    }),
  };
}

function limitOf(written: NonNullable<SuitePolicy['safety']>[number]): { score: string; limit?: number } {
  if (typeof written === 'string') return { score: written };
  const { score, limit } = written;
  return { score, ...(limit !== undefined && { limit }) };
}
