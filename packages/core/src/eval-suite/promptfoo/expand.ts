// Lists and globs among a test's variables make one case for each combination of their values.
import type { Awaitable } from '../../formats/awaitable.ts';
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { hasValue, isGlob, matching, pathIn, type Fields } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';

/** Cases of one suite; a suite with more is a mistake, or data that wants sampling. */
export const caseLimit = 100_000;

export interface Combination {
  readonly vars: Fields;
  /** What tells it from the other cases of its test; missing when there are none. */
  readonly variant?: Fields;
}

interface Expanding {
  readonly place: EvalPlace;
  /** How many cases there are already. */
  readonly used: number;
  /** The map that the variables were written in. */
  readonly from: unknown;
}

/** @returns undefined, and a problem, when there would be too many */
export const combinations = (
  reading: PromptfooReading,
  vars: Fields,
  expanding: Expanding,
): Awaitable<readonly Combination[] | undefined> =>
  expanding.used < caseLimit && !hasValue(vars, varies) ? [{ vars }] : expand(reading, vars, expanding);

async function expand(
  reading: PromptfooReading,
  vars: Fields,
  { place, used, from }: Expanding,
): Promise<readonly Combination[] | undefined> {
  const choices: (readonly [string, readonly unknown[]])[] = [];
  for (const [name, value] of Object.entries(vars)) {
    const values = await valuesOf(reading, value, reading.places.value(from, name) ?? place);
    if (values === undefined) return [];
    choices.push([name, values]);
  }
  const count = choices.reduce((product, [, values]) => product * values.length, 1);
  if (used + count > caseLimit) {
    const lists = choices
      .filter(([, values]) => values.length > 1)
      .map(([name, values]) => `${name}: ${values.length}`);
    reading.say({
      code: 'TOO_MANY_CASES',
      message: `The suite would have more than ${caseLimit} cases; this test alone makes ${count}${lists.length === 0 ? '' : ` (${lists.join(' × ')})`}.`,
      hint: 'A list among the variables makes a case for each combination: set options.disableVarExpansion, or shorten the lists.',
      place,
    });
    return undefined;
  }
  const varying = choices.filter(([, values]) => values.length > 1).map(([name]) => name);
  let rows: Record<string, unknown>[] = [{}];
  for (const [name, values] of choices)
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  return rows.map((row) =>
    varying.length === 0
      ? { vars: row }
      : { vars: row, variant: Object.fromEntries(varying.map((name) => [name, row[name]])) },
  );
}

const varies = (value: unknown): boolean =>
  Array.isArray(value) || (typeof value === 'string' && value.startsWith('file://'));

/** A list of texts is a choice, any other list is one value; a file is every file that its glob matches. */
async function valuesOf(
  reading: PromptfooReading,
  value: unknown,
  place: EvalPlace,
): Promise<readonly unknown[] | undefined> {
  if (Array.isArray(value)) return typeof value[0] === 'string' ? (value as readonly unknown[]) : [value];
  if (typeof value !== 'string' || !value.startsWith('file://')) return [value];
  const written = value.slice('file://'.length);
  if (!isGlob(written)) return [value];
  const glob = pathIn(reading, reading.file, written, place);
  const paths = glob === undefined ? undefined : await matching(reading, glob, place);
  // From the root from here on: a second slash says so, no written path has one.
  return paths?.map((path) => `file:///${path}`);
}
