// Upstream first: most "drift" is broken data. What looks broken is said before anybody retrains a model.
import { listed, percent } from '../dataset/plain-words.ts';
import { normalCdf } from '../statistics/index.ts';
import type { Comparison, Spread } from './compare-column.ts';
import type { ColumnProfile } from './plan.ts';

export interface MissingShare {
  readonly reference: number;
  readonly current: number;
  /** The rise is larger than the policy allows and than chance explains. */
  readonly jumped: boolean;
}

/** A rise counts only beyond the policy's limit, and where the two-proportion test (one-sided) is surer than 1 in 1,000. */
export function missingShare(reference: ColumnProfile, current: ColumnProfile, limit: number): MissingShare {
  const before = 1 - reference.present / reference.rows;
  const after = 1 - current.present / current.rows;
  const pooled = 1 - (reference.present + current.present) / (reference.rows + current.rows);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / reference.rows + 1 / current.rows));
  const surprising = deviation > 0 && normalCdf((before - after) / deviation) < 0.001;
  return { reference: before, current: after, jumped: after - before > limit && surprising };
}

/**
 * Signs that a change is broken data rather than drift, in plain words. Values the reference does not know
 * count only when the change is gone without them: a distribution that moves leaves its old range, too.
 */
export function signsOfBadData({ spread, unknown }: Comparison, threshold: number): readonly string[] {
  const signs: string[] = [];
  if (spread?.constant === true) return ['it is one single value now'];
  const factor = spread === undefined ? undefined : unitFactor(spread.reference, spread.current);
  if (factor !== undefined) signs.push(`it looks like a change of unit (${factor})`);
  if (unknown !== undefined && unknown.share < 0.5 && unknown.shiftWithout.low <= threshold) {
    const what = unknown.examples.length > 0 ? `new (${listed(unknown.examples)})` : "outside the reference's range";
    signs.push(`${percent(unknown.share)} of values are ${what}, and without them the change is gone`);
  }
  return signs;
}

const factors: readonly (readonly [number, string])[] = [10, 60, 100, 1000, 3600, 1e6, 1e9].flatMap((factor) => [
  [factor, `× ${factor}`] as const,
  [1 / factor, `÷ ${factor}`] as const,
]);

/** The distance between the quartiles grew by a usual factor, give or take a tenth, and the median went with it. */
function unitFactor(before: Spread['reference'], after: Spread['current']): string | undefined {
  const [width, newWidth] = [before[2] - before[0], after[2] - after[0]];
  if (width <= 0) return undefined;
  return factors.find(
    ([factor]) =>
      Math.abs(newWidth / width / factor - 1) < 0.1 && Math.abs(after[1] - before[1] * factor) < 0.2 * newWidth,
  )?.[1];
}
