// A run's metrics step by step, as `pawl run log` keeps them: lines of JSON in the result `metrics.jsonl`, and in
// `metrics-2.jsonl` and so on where one file would be over 1 MB.
import { canonicalJson } from '@pawl/core';
import { at, membersOf, numberAt, textAt } from './shape.ts';

export interface MetricPoint {
  readonly metric: string;
  /** May be NaN or infinite: training diverges. */
  readonly value: number;
  /** Undefined for a value that stands for the whole run. */
  readonly step?: number;
  /** Milliseconds since 1970; undefined where the tool keeps none. */
  readonly time?: number;
}

const first = 'metrics.jsonl';
const largestFile = 900_000;
/** 14 MB of lines; more belongs in an artifact. */
const mostFiles = 16;
const tag = '#number:';

/** @returns file name → text. `dropped` counts the points that found no room, oldest kept. */
export function writeHistory(points: readonly MetricPoint[]): {
  readonly files: Readonly<Record<string, string>>;
  readonly dropped: number;
} {
  const files: Record<string, string> = {};
  let lines: string[] = [];
  let bytes = 0;
  const close = (): void => {
    const count = Object.keys(files).length;
    if (lines.length > 0) files[count === 0 ? first : `metrics-${count + 1}.jsonl`] = lines.join('');
    lines = [];
    bytes = 0;
  };
  for (const [index, { metric, value, step, time }] of points.entries()) {
    const at = time === undefined ? undefined : new Date(time).toISOString();
    // Canonical JSON writes what JSON cannot hold as a tagged string: "#number:NaN".
    const line = `${canonicalJson({ metric, value, step: step ?? null, at })}\n`;
    const size = new TextEncoder().encode(line).length;
    if (bytes + size > largestFile) {
      close();
      if (Object.keys(files).length === mostFiles) return { files, dropped: points.length - index };
    }
    lines.push(line);
    bytes += size;
  }
  close();
  return { files, dropped: 0 };
}

export const isHistoryFile = (name: string): boolean => /^metrics(?:-\d+)?\.jsonl$/.test(name);

/** Lines that are no points are left out: results may come from other tools. */
export function readHistory(text: string): readonly MetricPoint[] {
  return text.split('\n').flatMap((line): readonly MetricPoint[] => {
    const point = parseLine(line);
    const metric = textAt(point, 'metric');
    const value = readTagged(at(point, 'value'));
    const step = numberAt(point, 'step');
    const time = Date.parse(textAt(point, 'at') ?? '');
    if (metric === undefined || value === undefined) return [];
    return [{ metric, value, ...(step !== undefined && { step }), ...(!Number.isNaN(time) && { time }) }];
  });
}

/** Canonical JSON's way with numbers, read back. */
function readTagged(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !value.startsWith(tag)) return undefined;
  return numberAt({ value: value.slice(tag.length) }, 'value');
}

function parseLine(line: string): unknown {
  try {
    return membersOf(JSON.parse(line));
  } catch {
    return undefined;
  }
}
