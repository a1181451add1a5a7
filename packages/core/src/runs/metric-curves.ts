// How a training's metrics went, step by step, from the history that its run kept: one line and a small curve each.
import * as z from 'zod/mini';
import type { Block } from '../formats/report.ts';
import { sparkline } from '../report/text.ts';
import { numberWords } from './words.ts';

/** The result files that hold a history, in their order. */
export const historyFiles = (results: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(results)
    .filter((file) => /^metrics(-\d+)?\.jsonl$/.test(file))
    .toSorted((a, b) => ordinal(a) - ordinal(b));

const ordinal = (file: string): number => Number(/-(\d+)\./.exec(file)?.[1] ?? 1);

const Point = z.looseObject({
  metric: z.string(),
  step: z.optional(z.nullable(z.number())),
  /** What is no finite number is written as a tagged text. */
  value: z.union([z.number(), z.string(), z.null()]),
});

interface Curve {
  readonly values: number[];
  lastStep: number | undefined;
  /** Points that are no number: a loss that became NaN. */
  lost: number;
}

const curveWidth = 24;

/** @param texts of the history files */
export function curveBlocks(texts: readonly string[]): readonly Block[] {
  const curves = new Map<string, Curve>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const point = pointOf(line);
    if (point === undefined) continue;
    const curve = curves.get(point.metric) ?? { values: [], lastStep: undefined, lost: 0 };
    curves.set(point.metric, curve);
    if (typeof point.value === 'number') curve.values.push(point.value);
    else curve.lost += 1;
    curve.lastStep = point.step ?? curve.lastStep;
  }
  const rows = [...curves].flatMap(([name, { values, lastStep, lost }]) => {
    const count = values.length + lost;
    if (count < 2) return [];
    const low = values.reduce((least, value) => Math.min(least, value), Infinity);
    const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
    const points = lost === 0 ? numberWords(count) : `${numberWords(count)} (${lost} no number)`;
    const ends = [values[0], values.at(-1), low, high].map((value) => numberWords(value));
    return [[name, points, numberWords(lastStep), ...ends, curveOf(values, low, high)]];
  });
  if (rows.length === 0) return [];
  return [
    { type: 'heading', text: 'Curves' },
    {
      type: 'table',
      columns: [
        { title: 'metric' },
        ...['points', 'last step', 'first', 'last', 'least', 'most'].map((title) => ({
          title,
          align: 'right' as const,
        })),
        { title: 'curve' },
      ],
      rows,
    },
  ];
}

function pointOf(line: string): z.infer<typeof Point> | undefined {
  if (line === '') return undefined;
  try {
    return z.safeParse(Point, JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Means of equal stretches, from the least value at the bottom to the greatest at the top. */
function curveOf(values: readonly number[], low: number, high: number): string {
  const columns = Math.min(curveWidth, values.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const stretch = values.slice(
      Math.floor((column * values.length) / columns),
      Math.floor(((column + 1) * values.length) / columns),
    );
    return stretch.reduce((sum, value) => sum + value, 0) / stretch.length;
  });
  return sparkline(means.map((value) => (high === low ? 0.5 : (value - low) / (high - low) + 1e-9)));
}
