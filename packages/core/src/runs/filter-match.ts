// What a filter says of one run, in SQL's three values: yes, no, and undefined where the run has no such value.
import type { ParamValue, RunSummary } from '../formats/run.ts';
import { numberIn, type Field } from './fields.ts';
import type { Filter } from './filter.ts';
import type { Comparison, Operand } from './filter-operand.ts';
import { likePattern } from './like.ts';
import { timeOf } from '../formats/time.ts';

type Answer = boolean | undefined;
type Asks = (run: RunSummary) => Answer;

/**
 * A run without the value meets neither a condition nor its opposite, as in SQL and MLflow: `IS NULL` asks for it.
 * @returns asks whether a run is meant
 */
export function matcherOf(filter: Filter): (run: RunSummary) => boolean {
  const asks = asksOf(filter);
  return (run) => asks(run) === true;
}

function asksOf(filter: Filter): Asks {
  switch (filter.type) {
    case 'and':
      return all(filter.items.map(asksOf), false);
    case 'or':
      return all(filter.items.map(asksOf), true);
    case 'not': {
      const inner = asksOf(filter.item);
      return (run) => {
        const answer = inner(run);
        return answer === undefined ? undefined : !answer;
      };
    }
    case 'null': {
      const { field } = filter;
      return (run) => (field.read(run) ?? undefined) === undefined;
    }
    case 'like': {
      const { field } = filter;
      const like = likePattern(filter.pattern, filter.caseless);
      return (run) => {
        const value = field.read(run) ?? undefined;
        return value === undefined ? undefined : like(String(value));
      };
    }
    case 'compare':
      return comparing(filter.field, filter.operator, filter.value);
    case 'in':
      return all(
        filter.values.map((value) => comparing(filter.field, '=', value)),
        true,
      );
  }
}

/** Kleene's and (`settled` false) and or (`settled` true): an unknown part leaves the rest to decide. */
const all =
  (items: readonly Asks[], settled: boolean): Asks =>
  (run) => {
    let answer: Answer = !settled;
    for (const item of items) {
      const one = item(run);
      if (one === settled) return settled;
      if (one === undefined) answer = undefined;
    }
    return answer;
  };

function comparing(field: Field, operator: Comparison, operand: Operand): Asks {
  const holds = orders[operator];
  if (operand.kind === 'number' && field.type !== 'text') {
    const { value: wanted } = operand;
    return (run) => {
      const value = field.read(run) ?? undefined;
      if (value === undefined) return undefined;
      const number = field.type === 'time' ? timeOf(String(value)) : numberIn(value);
      // A text that is no number is surely another value, and neither above nor below.
      if (number === undefined || Number.isNaN(number))
        return operator === '!=' ? true : operator === '=' ? false : undefined;
      return holds(number, wanted);
    };
  }
  const wanted = operand.text;
  return (run) => {
    const value: ParamValue | undefined = field.read(run) ?? undefined;
    return value === undefined ? undefined : holds(String(value), wanted);
  };
}

const orders: Readonly<Record<Comparison, <T extends number | string>(value: T, wanted: T) => boolean>> = {
  '=': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
};
