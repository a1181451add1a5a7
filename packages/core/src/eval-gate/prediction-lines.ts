// Both models' answers as JSON lines, where they are small enough to keep in Git.
import type { Arm, Sample } from './sample.ts';

const largestBytes = 1_000_000;

export interface PredictionLines {
  /** Absent when the file would be too large to keep with the run. */
  readonly text?: string;
}

export function predictionLines(
  sample: Sample,
  arms: { readonly candidate: Arm; readonly baseline?: Arm | undefined },
): PredictionLines {
  let length = 0;
  const lines: string[] = [];
  for (let row = 0; row < sample.ids.length; row++) {
    const line = JSON.stringify({
      id: sample.ids[row],
      label: sample.classes[sample.labels[row]!],
      candidate: answerOf(sample, arms.candidate, row),
      ...(arms.baseline !== undefined && { baseline: answerOf(sample, arms.baseline, row) }),
    });
    // UTF-8 takes at most three bytes per UTF-16 unit: counted cheaply, never too low.
    length += 1 + (isAscii(line) ? line.length : line.length * 3);
    if (length > largestBytes) return {};
    lines.push(line);
  }
  return { text: `${lines.join('\n')}\n` };
}

function answerOf(sample: Sample, arm: Arm, row: number): { prediction: string; probabilities?: number[] } {
  const classes = sample.classes.length;
  const { probabilities } = arm;
  return {
    prediction: sample.classes[arm.predicted[row]!]!,
    ...(probabilities !== undefined && {
      probabilities: [...probabilities.subarray(row * classes, (row + 1) * classes)],
    }),
  };
}

const isAscii = (text: string): boolean => !/[^ -~]/.test(text);
