// Where rows of data files stand, with all that is in them. Ten thousand rows of four maps and lists each would be a
// table of forty thousand entries, for the few that some problem is about: a row is therefore looked for when somebody
// asks for its place, beginning where the last one was found.
import type { EvalPlace } from '../formats/eval-suite.ts';

/** Rows are asked for in the order in which they were read. Who asks otherwise gets the table. */
const nearby = 4;

export class RowPlaces {
  #rows: object[] = [];
  #places: EvalPlace[] = [];
  /** The row that was asked for last. */
  #at = 0;
  readonly #table = new Map<object, EvalPlace>();

  add(row: object, place: EvalPlace): void {
    this.#rows.push(row);
    this.#places.push(place);
  }

  of(container: object): EvalPlace | undefined {
    const index = this.#near(container, (row) => row === container) ?? this.#near(container, holds);
    if (index !== undefined) {
      this.#at = index;
      return this.#places[index];
    }
    if (this.#rows.length > 0) this.#enterAll();
    return this.#table.get(container);
  }

  #near(container: object, fits: (row: object, container: object) => boolean): number | undefined {
    const { length } = this.#rows;
    for (let step = 0; step < Math.min(nearby, length); step++) {
      const index = (this.#at + step) % length;
      if (fits(this.#rows[index] as object, container)) return index;
    }
    return undefined;
  }

  #enterAll(): void {
    for (const [index, row] of this.#rows.entries()) enter(this.#table, row, this.#places[index] as EvalPlace);
    this.#rows = [];
    this.#places = [];
    this.#at = 0;
  }
}

// Readers let no row through that is nested so deep that these could not go through it.

function holds(value: object, container: object): boolean {
  if (value === container) return true;
  for (const key in value) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof member === 'object' && member !== null && holds(member, container)) return true;
  }
  return false;
}

function enter(table: Map<object, EvalPlace>, value: object, place: EvalPlace): void {
  table.set(value, place);
  for (const key in value) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof member === 'object' && member !== null) enter(table, member, place);
  }
}
