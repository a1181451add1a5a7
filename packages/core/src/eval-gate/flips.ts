// Rows whose answer changed sides: what a reviewer looks at first.
import type { Arm, Sample } from './sample.ts';

export interface Flip {
  /** Its place in the sample. */
  readonly row: number;
  readonly id: string;
  readonly truth: string;
  readonly before: string;
  readonly after: string;
  /** Probability the candidate gives its own answer, where it gives any. */
  readonly chance?: number;
}

export interface Flips {
  readonly newlyWrong: readonly Flip[];
  readonly newlyRight: readonly Flip[];
}

export function flipsOf(sample: Sample, candidate: Arm, baseline: Arm): Flips {
  const newlyWrong: Flip[] = [];
  const newlyRight: Flip[] = [];
  sample.ids.forEach((id, row) => {
    const [truth, before, after] = [sample.labels[row]!, baseline.predicted[row]!, candidate.predicted[row]!];
    if ((before === truth) === (after === truth)) return;
    const chance = candidate.probabilities?.[row * sample.classes.length + after];
    const flip = {
      row,
      id,
      truth: sample.classes[truth]!,
      before: sample.classes[before]!,
      after: sample.classes[after]!,
      ...(chance !== undefined && { chance }),
    };
    (after === truth ? newlyRight : newlyWrong).push(flip);
  });
  // The surest mistakes first: they say most about what changed.
  newlyWrong.sort((a, b) => (b.chance ?? 0) - (a.chance ?? 0));
  newlyRight.sort((a, b) => (b.chance ?? 0) - (a.chance ?? 0));
  return { newlyWrong, newlyRight };
}
