// How much one row of a confusion table moves a metric of it: the delta method's derivatives, by hand. Each number is
// the metric plus its influence, so their mean over the rows is the metric and their spread gives its standard error.
import {
  accuracyOf,
  balancedAccuracyOf,
  matthewsCorrelation,
  precisionRecallOf,
  weightedPrecisionRecall,
  type ConfusionTable,
} from './classification.ts';

export type TableMetric = 'accuracy' | 'balanced-accuracy' | 'precision' | 'recall' | 'f1' | 'mcc';

/** Over which classes precision, recall and F1 speak: one alone, or an average of all. */
export type TableAverage = { readonly positive: number } | 'macro' | 'micro' | 'weighted';

/** Null of no rows. */
export function tableMetric(name: TableMetric, table: ConfusionTable, average: TableAverage): number | null {
  if (name === 'accuracy') return accuracyOf(table);
  if (name === 'balanced-accuracy') return balancedAccuracyOf(table);
  if (name === 'mcc') return matthewsCorrelation(table);
  // Over all classes together each mistake is one false positive and one false negative: all three are accuracy.
  if (average === 'micro') return accuracyOf(table);
  if (average === 'weighted') return weightedPrecisionRecall(table)?.[name] ?? null;
  return precisionRecallOf(table, average === 'macro' ? undefined : average.positive)?.[name] ?? null;
}

/** @returns k × k, by truth and prediction; null where the metric has no value */
export function tableInfluence(name: TableMetric, table: ConfusionTable, average: TableAverage): Float64Array | null {
  const value = tableMetric(name, table, average);
  if (value === null) return null;
  const shares = sharesOf(table);
  const moved = influenceOf(name, shares, { average, value });
  return Float64Array.from(table.counts, (_, cell) => {
    const moves = moved(Math.floor(cell / table.classes), cell % table.classes);
    return Number.isFinite(moves) ? value + moves : value;
  });
}

interface Shares {
  /** Of each class among truths and among predictions, and of rows that are right. */
  readonly truth: Float64Array;
  readonly said: Float64Array;
  readonly right: Float64Array;
}

function sharesOf({ classes, counts }: ConfusionTable): Shares {
  const [truth, said, right] = [new Float64Array(classes), new Float64Array(classes), new Float64Array(classes)];
  const all = counts.reduce((sum, count) => sum + count, 0);
  counts.forEach((count, cell) => {
    const [row, column] = [Math.floor(cell / classes), cell % classes];
    truth[row]! += count / all;
    said[column]! += count / all;
    if (row === column) right[row]! += count / all;
  });
  return { truth, said, right };
}

type Influence = (truth: number, said: number) => number;

function influenceOf(
  name: TableMetric,
  shares: Shares,
  { average, value }: { readonly average: TableAverage; readonly value: number },
): Influence {
  if (name === 'mcc') return correlationInfluence(shares, value);
  if (name === 'balanced-accuracy') {
    const occurring = shares.truth.filter((share) => share > 0).length;
    return (t, s) => (hit(t, s) - shares.right[t]! / shares.truth[t]!) / shares.truth[t]! / occurring;
  }
  if (name === 'accuracy' || average === 'micro') return (t, s) => hit(t, s) - value;
  return classInfluence(name, shares, { average, value });
}

const hit = (t: number, s: number): number => (t === s ? 1 : 0);

function classInfluence(
  name: 'precision' | 'recall' | 'f1',
  { truth, said, right }: Shares,
  { average, value }: { readonly average: Exclude<TableAverage, 'micro'>; readonly value: number },
): Influence {
  const occurring = truth.filter((share, c) => share + said[c]! > 0).length;
  const weight = (c: number): number => {
    if (average === 'macro') return 1 / occurring;
    return average === 'weighted' ? truth[c]! : average.positive === c ? 1 : 0;
  };
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const parts = {
    precision: (c: number) => [right[c]!, said[c]!] as const,
    recall: (c: number) => [right[c]!, truth[c]!] as const,
    f1: (c: number) => [2 * right[c]!, truth[c]! + said[c]!] as const,
  }[name];
  /** Of a row on the score of one class: (part of it − score · part of the whole) / whole. */
  const ofClass = (c: number, t: number, s: number): number => {
    const [part, whole] = parts(c);
    if (whole === 0) return 0;
    const [own, of] = {
      precision: [hit(t, s) * hit(s, c), hit(s, c)],
      recall: [hit(t, s) * hit(t, c), hit(t, c)],
      f1: [2 * hit(t, s) * hit(t, c), hit(t, c) + hit(s, c)],
    }[name] as [number, number];
    return (own - (part / whole) * of) / whole;
  };
  return (t, s) => {
    const moved = weight(t) * ofClass(t, t, s) + (t === s ? 0 : weight(s) * ofClass(s, t, s));
    // The weights are shares of truth themselves, and a row moves them too.
    return average === 'weighted' ? moved + ratio(...parts(t)) - value : moved;
  };
}

function correlationInfluence({ truth, said, right }: Shares, value: number): Influence {
  const sum = (values: Float64Array): number => values.reduce((total, one) => total + one, 0);
  const accuracy = sum(right);
  const [a, b] = [said, truth].map((shares) => 1 - sum(shares.map((share) => share * share))) as [number, number];
  const scale = Math.sqrt(a * b);
  return (t, s) =>
    (hit(t, s) + accuracy - said[t]! - truth[s]!) / scale - value * ((1 - said[s]!) / a + (1 - truth[t]!) / b);
}
