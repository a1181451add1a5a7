// Collects the bound values of one statement: a literal never becomes part of the SQL text.
import type { SqlValue } from '../ports/data-engine.ts';

export interface Binder {
  /** The placeholder of a value. The same value has the same placeholder, so equal expressions stay equal. */
  readonly bind: (value: SqlValue) => string;
  readonly values: () => readonly SqlValue[];
}

export function binder(): Binder {
  const places = new Map<SqlValue, string>();
  return {
    bind: (value) => {
      const known = places.get(value);
      if (known !== undefined) return known;
      const place = `$${places.size + 1}`;
      places.set(value, place);
      return place;
    },
    values: () => [...places.keys()],
  };
}
