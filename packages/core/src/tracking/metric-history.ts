// The history of a run's metrics as files of JSON lines, each within what the store keeps in one file.
import type { Problem } from '../formats/problem.ts';
import { isFiniteValue, type MetricEntry } from './entry.ts';

/** Bytes of one file; the store's limit is 1 MB. */
const fileLimit = 1_000_000;
/** Files of one run. Beyond it points are left out: 16 MB are some 200,000 points. */
const filesLimit = 16;

export interface MetricHistory {
  /** `metrics.jsonl`, `metrics-2.jsonl`, …; empty when the last values say it all. */
  readonly files: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** One line a point, metric by metric, each in the order in which it was logged: `{"metric","step","value","at"}`. */
export function writeHistory(metrics: ReadonlyMap<string, readonly MetricEntry[]>): MetricHistory {
  const all = [...metrics.values()];
  const worthIt = all.some(
    (points) => points.length > 1 || points.some(({ step, value }) => step !== undefined || !isFiniteValue(value)),
  );
  if (!worthIt) return { files: {}, problems: [] };
  const count = all.reduce((sum, points) => sum + points.length, 0);
  let files = split(all);
  let every = 1;
  while (files.length > filesLimit) {
    every = Math.max(every + 1, Math.ceil((every * files.length) / filesLimit));
    files = split(all.map((points) => thinned(points, every)));
  }
  const kept = files.reduce((sum, { lines }) => sum + lines, 0);
  return {
    files: Object.fromEntries(files.map(({ text }, index) => [fileName(index), text])),
    problems: every === 1 ? [] : [leftOut(count, kept, every)],
  };
}

const fileName = (index: number): string => (index === 0 ? 'metrics.jsonl' : `metrics-${index + 1}.jsonl`);

interface HistoryFile {
  readonly text: string;
  readonly lines: number;
}

function split(metrics: readonly (readonly MetricEntry[])[]): readonly HistoryFile[] {
  const encoder = new TextEncoder();
  const files: HistoryFile[] = [];
  let lines: string[] = [];
  let bytes = 0;
  const close = (): void => {
    files.push({ text: lines.join(''), lines: lines.length });
    lines = [];
    bytes = 0;
  };
  for (const points of metrics) {
    for (const { name, step, value, at } of points) {
      const line = `${JSON.stringify({ metric: name, step: step ?? null, value, at })}\n`;
      const size = encoder.encode(line).length;
      if (bytes + size > fileLimit) close();
      lines.push(line);
      bytes += size;
    }
  }
  if (lines.length > 0) close();
  return files;
}

/** Every n-th point, and always the first, the last, the smallest, the largest and the first that is no finite number. */
function thinned(points: readonly MetricEntry[], every: number): readonly MetricEntry[] {
  const always = new Set([0, points.length - 1, points.findIndex(({ value }) => !isFiniteValue(value))]);
  let low = -1;
  let high = -1;
  const at = (index: number): number => {
    const value = points[index]?.value;
    return typeof value === 'number' ? value : Number.NaN;
  };
  for (const [index, { value }] of points.entries()) {
    if (!isFiniteValue(value)) continue;
    if (low < 0 || value < at(low)) low = index;
    if (high < 0 || value > at(high)) high = index;
  }
  always.add(low).add(high);
  return points.filter((_, index) => index % every === 0 || always.has(index));
}

const leftOut = (count: number, kept: number, every: number): Problem => ({
  code: 'RUN_HISTORY_THINNED',
  severity: 'warning',
  message: `${count} points were logged; the history keeps ${kept}: one of ${every}, and of each metric its first, last, smallest and largest.`,
  hint: 'Log every n-th step, or keep the whole history as an artifact.',
});
