// What filters get beside their value.
import type { Value } from './values.ts';

export interface FilterArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export type Filter = (value: Value, args: FilterArguments) => Value;
export type Filters = Readonly<Record<string, Filter>>;

/** Text that could fill the machine's memory is refused. */
export const maxText = 10_000_000;

/** An argument, by place or by name. */
export const argument = ({ positional, named }: FilterArguments, index: number, name?: string): Value =>
  positional[index] ?? (name === undefined ? undefined : named.get(name));
