// The values of a slice column with enough rows to be looked at, found in one pass however many values there are.
import type { Slices } from './task.ts';
import { countText } from './words.ts';

export interface SliceValue {
  readonly column: string;
  readonly value: string | null;
  readonly rows: Int32Array;
}

/** Values of a column that are not looked at, by number. */
export interface ValuesLeftOut {
  readonly column: string;
  readonly looked: number;
  /** With fewer rows than a slice must have. */
  readonly rare: number;
  readonly minimumRows: number;
  /** With enough rows, and less frequent than the most that are looked at. */
  readonly beyond: number;
}

/**
 * So many values of a column are looked at, the most frequent first: chosen by their rows alone, never by what the
 * models say of them, so that tests of the others need no correction for it.
 */
export const mostValues = 250;

export function sliceValues(
  slices: Slices,
  minimumRows: number,
): { readonly values: readonly SliceValue[]; readonly leftOut: readonly ValuesLeftOut[] } {
  const columns = Object.entries(slices).map(([column, values]) => columnValues(column, values, minimumRows));
  return {
    values: columns.flatMap(({ values }) => values),
    leftOut: columns.flatMap(({ leftOut }) => (leftOut.rare + leftOut.beyond > 0 ? [leftOut] : [])),
  };
}

function columnValues(
  column: string,
  values: readonly (string | null)[],
  minimumRows: number,
): { values: SliceValue[]; leftOut: ValuesLeftOut } {
  const known = new Map<string | null, number>();
  const places = new Int32Array(values.length);
  const counts: number[] = [];
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const place = known.get(value) ?? known.size;
    if (place === known.size) {
      known.set(value, place);
      counts.push(0);
    }
    counts[place]! += 1;
    places[row] = place;
  }
  const enough = [...known].filter(([, place]) => counts[place]! >= minimumRows);
  const kept = enough.length <= mostValues ? enough : mostFrequent(enough, counts);
  const rowsOf = new Map(kept.map(([, place]) => [place, { rows: new Int32Array(counts[place]!), filled: 0 }]));
  for (let row = 0; row < values.length; row++) {
    const own = rowsOf.get(places[row]!);
    if (own !== undefined) own.rows[own.filled++] = row;
  }
  return {
    values: kept.map(([value, place]) => ({ column, value, rows: rowsOf.get(place)!.rows })),
    leftOut: {
      ...{ column, minimumRows, looked: kept.length },
      rare: known.size - enough.length,
      beyond: enough.length - kept.length,
    },
  };
}

type Placed = readonly [string | null, number];

const mostFrequent = (values: readonly Placed[], counts: readonly number[]): Placed[] =>
  values.toSorted(([a, m], [b, n]) => counts[n]! - counts[m]! || (String(a) < String(b) ? -1 : 1)).slice(0, mostValues);

/** What was not looked at, for the report: nothing is left out in silence. */
export function leftOutText({ column, looked, rare, beyond, minimumRows }: ValuesLeftOut): string {
  const values = looked + rare + beyond;
  const parts = [
    ...(beyond === 0 ? [] : [`${countText(beyond)} with enough rows, beyond the ${mostValues} most frequent`]),
    ...(rare === 0 ? [] : [`${countText(rare)} with fewer than ${countText(minimumRows)} rows`]),
  ];
  return `Slices of ${column}: ${countText(looked)} of ${countText(values)} values looked at; left out are ${parts.join(' and ')}.`;
}
