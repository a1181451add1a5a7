// From verdicts and labels to the numbers of a certificate. Pure.
import { cohensKappa } from '../statistics/index.ts';
import type { JudgeCertificate } from './certificate.ts';

/** One labelled answer, and what the judge said each time it was asked. */
export interface JudgedLabel {
  readonly author: 'human' | 'model';
  /** 0 to 1; for pairs 0 worse, 0.5 tie, 1 better. */
  readonly label: number;
  /** One for each repeat: a score for pairs, else 1 for pass and 0 for fail; undefined where the judge gave none. */
  readonly verdicts: readonly (number | undefined)[];
  /** Pairs alone: whether the first asking changed its choice with the order. */
  readonly orderFlip?: boolean;
}

export type JudgeMeasures = Pick<
  JudgeCertificate,
  'agreement' | 'sensitivity' | 'specificity' | 'selfConsistency' | 'orderFlipRate' | 'failures'
>;

/**
 * Agreement is that of the first asking, which is what an evaluation does, with people's labels alone where there are
 * any. A judge without a verdict disagrees with every label.
 * @param cut from here on a label in numbers is a pass
 */
export function measureJudge(items: readonly JudgedLabel[], cut = 0.5): JudgeMeasures {
  const human = items.filter(({ author }) => author === 'human');
  const used = human.length > 0 ? human : items;
  const pairs = used.some(({ orderFlip }) => orderFlip !== undefined);
  const category = (score: number): number => (pairs ? Math.round(score * 2) : score >= cut ? 2 : 0);
  // Worse or fail, tie, better or pass, and no verdict at all.
  const table = [0, 1, 2, 3].map(() => [0, 0, 0, 0]);
  for (const { label, verdicts } of used) {
    const [first] = verdicts;
    const row = table[category(label)] ?? [];
    const column = first === undefined ? 3 : pairs ? Math.round(first * 2) : first * 2;
    row[column] = (row[column] ?? 0) + 1;
  }
  const { observed, kappa, low, high } = cohensKappa(usedCategories(table));
  const cell = (row: number, column: number): number => table[row]?.[column] ?? 0;
  const total = (row: number): number => (table[row] ?? []).reduce((sum, count) => sum + count, 0);
  const asked = items.flatMap(({ verdicts }) => verdicts);
  return {
    agreement: {
      n: used.length,
      observed: orNull(observed),
      kappa: orNull(kappa),
      low: orNull(low),
      high: orNull(high),
    },
    sensitivity: orNull(cell(2, 2) / total(2)),
    specificity: orNull(cell(0, 0) / total(0)),
    selfConsistency: consistency(items),
    failures: orNull(asked.filter((verdict) => verdict === undefined).length / asked.length),
    ...(pairs && { orderFlipRate: flipRate(used) }),
  };
}

/** Categories that nobody used would not change kappa, and their margins of zero are no numbers to divide by. */
function usedCategories(table: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const used = table
    .map((_, at) => at)
    .filter((at) => (table[at] ?? []).some((count) => count > 0) || table.some((row) => (row[at] ?? 0) > 0));
  return used.map((row) => used.map((column) => table[row]?.[column] ?? 0));
}

/** Mean over the answers of the share of pairs of askings that gave the same verdict; null where each was asked once. */
function consistency(items: readonly JudgedLabel[]): number | null {
  const shares = items.flatMap(({ verdicts }) => {
    let same = 0;
    let pairs = 0;
    for (const [at, left] of verdicts.entries()) {
      for (const right of verdicts.slice(at + 1)) {
        pairs += 1;
        if (left !== undefined && left === right) same += 1;
      }
    }
    return pairs === 0 ? [] : [same / pairs];
  });
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function flipRate(items: readonly JudgedLabel[]): number | null {
  const known = items.flatMap(({ orderFlip }) => orderFlip ?? []);
  return known.length === 0 ? null : known.filter((flip) => flip).length / known.length;
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
