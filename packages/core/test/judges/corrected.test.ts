// Corrected differences: right where the judge alone is wrong, with the coverage they promise.
import { correctedDifference, type LabelledPair } from '@pawl/core/judges';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { describe, expect, test } from 'vitest';

/** A judge that forgives the candidate: bad answers of it pass in 3 of 10 cases, those of the baseline in 1 of 10. */
function simulated(seed: number, cases: number, labelled: number): readonly LabelledPair[] {
  const generator = xoroshiro128plus(seed);
  const chance = (share: number): number => Number(uniformFloat64(generator) < share);
  return Array.from({ length: cases }, (_, at): LabelledPair => {
    const side = (quality: number, forgiven: number) => {
      const human = chance(quality);
      const judge = human === 1 ? chance(0.95) : chance(forgiven);
      return at < labelled ? { judge, human } : { judge };
    };
    return { before: side(0.8, 0.1), after: side(0.7, 0.3) };
  });
}

describe('a corrected difference', () => {
  test('covers the true one in 95 of 100 cases, where the judge alone is biased', () => {
    const truth = -0.1;
    const runs = 600;
    let covered = 0;
    let judged = 0;
    let corrected = 0;
    for (let seed = 1; seed <= runs; seed += 1) {
      const { difference } = correctedDifference(simulated(seed, 500, 150)) ?? expect.fail();
      covered += Number(difference.low <= truth && truth <= difference.high);
      judged += difference.judge / runs;
      corrected += difference.mean / runs;
    }
    const error = 3 * Math.sqrt((0.95 * 0.05) / runs);
    expect(covered / runs).toBeGreaterThan(0.95 - error);
    expect(covered / runs).toBeLessThan(0.95 + error);
    expect(corrected).toBeCloseTo(truth, 2);
    // 0.7 × 0.95 + 0.3 × 0.3 against 0.8 × 0.95 + 0.2 × 0.1.
    expect(judged).toBeCloseTo(0.755 - 0.78, 2);
  });

  test('is sharper than the labels alone when the judge is good', () => {
    const pairs = simulated(3, 500, 150);
    const { difference } = correctedDifference(pairs) ?? expect.fail();
    const { difference: alone } = correctedDifference(pairs.slice(0, 150)) ?? expect.fail();
    expect(difference).toMatchObject({ n: 500, labelled: 150 });
    expect(difference.high - difference.low).toBeLessThan(alone.high - alone.low);
  });

  test('is not given for few labels, or labels of one side', () => {
    expect(correctedDifference(simulated(1, 500, 29))).toBeUndefined();
    const oneSided = simulated(1, 200, 100).map(({ after, before }) => ({ after, before: { judge: before.judge } }));
    expect(correctedDifference(oneSided)).toBeUndefined();
    expect(correctedDifference([])).toBeUndefined();
  });

  test('takes pairs of one answer for no difference, and covers the true one where most are such', () => {
    const runs = 400;
    let covered = 0;
    for (let seed = 1; seed <= runs; seed += 1) {
      const differing = simulated(seed, 200, 100);
      // Six of ten pairs are the same answer: 40 % of the cases differ, by 10 points.
      const same = Array.from({ length: 300 }, (): LabelledPair => ({
        after: { judge: 1 },
        before: { judge: 1 },
        same: true,
      }));
      const { difference } = correctedDifference([...differing, ...same]) ?? expect.fail();
      expect(difference).toMatchObject({ n: 500, labelled: 100 });
      covered += Number(difference.low <= -0.04 && -0.04 <= difference.high);
    }
    expect(covered / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
  });

  test('labels of answers that are the same on both sides are none', () => {
    const pairs = simulated(1, 100, 100).map((pair) => ({ ...pair, same: true }));
    expect(correctedDifference(pairs)).toBeUndefined();
  });
});
