// Both models' answers as JSON lines, where they are small enough to keep in Git.
import type { TaskEvidence } from './task.ts';

const largestBytes = 1_000_000;

/** Undefined when the file would be too large to keep with the run. */
export function predictionLines(evidence: Pick<TaskEvidence, 'rows' | 'line'>): string | undefined {
  let length = 0;
  const lines: string[] = [];
  for (let row = 0; row < evidence.rows; row++) {
    const line = JSON.stringify(evidence.line(row));
    // UTF-8 takes at most three bytes per UTF-16 unit: counted cheaply, never too low.
    length += 1 + (isAscii(line) ? line.length : line.length * 3);
    if (length > largestBytes) return undefined;
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

const isAscii = (text: string): boolean => !/[^ -~]/.test(text);
