// Features that give the answer away: equal to the label, or so close to a function of it that nothing is left to
// predict. Pure.
import { rocAuc } from '../statistics/classification.ts';

/** One feature of the model, row by row. */
export interface Feature {
  readonly name: string;
  readonly values: ArrayLike<number | string | null>;
}

/** The truth of each row. */
export interface Truths {
  /** Names of the classes; left out where the truth is a number. */
  readonly classes?: readonly string[];
  /** Index of the class, or the number itself. */
  readonly values: ArrayLike<number>;
}

export interface Leak {
  readonly feature: string;
  /** What it is of the label, as a sentence goes on: `is the label itself`. */
  readonly what: string;
  /** It is the label, value by value: no model is needed, and none is judged. */
  readonly certain: boolean;
}

const theLabel = 'is the label itself';

/** Fewer rows can agree by chance. */
export const fewestRows = 100;
/** A single feature that good leaves nothing for a model to do. */
const almost = 0.999;
/** Numbers are far closer than any real feature is. */
const almostEqual = 0.9999;

export function leaksOf(features: readonly Feature[], truths: Truths): Leak[] {
  if (truths.values.length < fewestRows) return [];
  return features.flatMap((feature) => {
    const what =
      truths.classes === undefined
        ? leakOfNumber(feature, truths.values)
        : leakOfClass(feature, { ...truths, classes: truths.classes });
    return what === undefined ? [] : [{ feature: feature.name, what, certain: what === theLabel }];
  });
}

interface ClassTruths extends Truths {
  readonly classes: readonly string[];
}

function leakOfClass({ values }: Feature, truths: ClassTruths): string | undefined {
  const counts = new Float64Array(truths.classes.length);
  for (let row = 0; row < values.length; row++) counts[truths.values[row]!]! += 1;
  // With one class, or hardly a row of another, everything seems to know it.
  if (counts.filter((count) => count >= 10).length < 2) return undefined;
  const names = truths.classes.map(normal);
  if (every(values, (value, row) => normal(value) === names[truths.values[row]!])) return theLabel;
  const known = knownShare(values, truths);
  const usual = Math.max(...counts) / values.length;
  if (known === 1) return 'alone says the label of every row';
  if (known !== undefined && known >= almost && usual < known - (1 - almost))
    return `alone says the label of ${percent(known)} of the rows`;
  if (truths.classes.length !== 2) return undefined;
  const area = separation(values, truths.values);
  return area >= almost ? `alone tells the two classes apart (AUC ${area.toFixed(4)})` : undefined;
}

/** Share of rows whose class is the commonest of their feature's value; undefined where most values occur once or twice. */
function knownShare(values: Feature['values'], { values: truths, classes }: ClassTruths): number | undefined {
  const most = values.length / 10;
  const kinds = new Map<number | string | null, Float64Array>();
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    let counts = kinds.get(value);
    if (counts === undefined) {
      if (kinds.size >= most) return undefined;
      kinds.set(value, (counts = new Float64Array(classes.length)));
    }
    counts[truths[row]!]! += 1;
  }
  let known = 0;
  for (const counts of kinds.values()) known += Math.max(...counts);
  return known / values.length;
}

/** The larger of AUC and 1 − AUC of a number as a score for the second class; 0 where values are no numbers. */
function separation(values: Feature['values'], truths: ArrayLike<number>): number {
  const numbers = Float64Array.from(values, Number);
  if (every(values, (value) => value === null || value === '') || numbers.some(Number.isNaN)) return 0;
  const area = rocAuc(
    numbers,
    Uint8Array.from(truths, (truth) => (truth === 1 ? 1 : 0)),
  );
  return area === null ? 0 : Math.max(area, 1 - area);
}

function leakOfNumber({ values }: Feature, truths: ArrayLike<number>): string | undefined {
  const numbers = Float64Array.from(values, Number);
  if (numbers.some(Number.isNaN)) return undefined;
  const mean = (of: ArrayLike<number>): number => {
    let sum = 0;
    for (let row = 0; row < of.length; row++) sum += of[row]!;
    return sum / of.length;
  };
  const [a, b] = [mean(numbers), mean(truths)];
  let [both, x, y, same] = [0, 0, 0, true];
  for (let row = 0; row < numbers.length; row++) {
    const [u, v] = [numbers[row]! - a, truths[row]! - b];
    both += u * v;
    x += u * u;
    y += v * v;
    same &&= numbers[row] === truths[row];
  }
  if (y === 0) return undefined;
  if (same) return theLabel;
  const r = Math.abs(both / Math.sqrt(x * y));
  return r >= almostEqual ? `is almost a straight line of the label (r = ${r.toFixed(5)})` : undefined;
}

/** `" TRUE"` and `true`, `1` and `1.0` are the same answer. */
function normal(value: number | string | null | undefined): string {
  const text = String(value ?? '')
    .trim()
    .toLowerCase();
  if (text === 'true') return '1';
  if (text === 'false') return '0';
  return text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
}

function every<T>(values: ArrayLike<T>, holds: (value: T, row: number) => boolean): boolean {
  for (let row = 0; row < values.length; row++) if (!holds(values[row]!, row)) return false;
  return true;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
