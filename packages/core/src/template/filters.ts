// The filters, by name: text filters and list filters.
import type { Filter, FilterArguments } from './filter-arguments.ts';
import { listFilters } from './list-filters.ts';
import { textFilters } from './text-filters.ts';
import { ValueError, type Value } from './values.ts';

const filters: ReadonlyMap<string, Filter> = new Map(Object.entries({ ...textFilters, ...listFilters }));

export const filterNames: ReadonlySet<string> = new Set(filters.keys());

/** @throws ValueError when the value is nothing the filter can work on */
export function applyFilter(name: string, value: Value, args: FilterArguments): Value {
  const filter = filters.get(name);
  if (filter === undefined) throw new ValueError(`There is no filter "${name}".`);
  return filter(value, args);
}
