// Answers as a gate's run kept them, one line a row, back to what they were.
import type { Read } from '../../formats/problem.ts';
import type { StoredAnswers } from '../stored-predictions.ts';
import type { TaskSetting } from '../task.ts';
import { alignPredictions } from './answers.ts';
import type { Arm, Sample } from './sample.ts';

/** Ids, ranges and sums are checked again, as in any file. */
export function armOfStored({ lines, side, run }: StoredAnswers, { policy, sample }: TaskSetting<Sample>): Read<Arm> {
  const answers = lines.map((line) => (line[side] ?? {}) as { prediction?: unknown; probabilities?: unknown });
  const raw = { file: `run ${run}`, idColumn: 'id', ids: lines.map(({ id }) => (typeof id === 'string' ? id : null)) };
  const classes = sample.classes.length;
  if (answers.some(({ probabilities }) => probabilities !== undefined)) {
    const probabilities = Float64Array.from({ length: lines.length * classes }, (_, index) => {
      const row = answers[Math.floor(index / classes)]!.probabilities;
      const value: unknown = Array.isArray(row) && row.length === classes ? row[index % classes] : undefined;
      return typeof value === 'number' ? value : Number.NaN;
    });
    return alignPredictions(sample, { ...raw, probabilities }, policy.threshold);
  }
  const labels = answers.map(({ prediction }) => (typeof prediction === 'string' ? prediction : null));
  return alignPredictions(sample, { ...raw, labels }, policy.threshold);
}
