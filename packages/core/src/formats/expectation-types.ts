// The expectations Pawl can judge, under Great Expectations' names and with its arguments.
import * as z from 'zod/mini';

/** An empty key in YAML, and `null` in JSON, both mean: not given. */
const maybe = <T extends z.ZodMiniType>(type: T) => z.optional(z.nullable(type));

const column = z.string().check(z.minLength(1));
const mostly = maybe(z.number().check(z.gte(0), z.lte(1)));
const strict = { strict_min: maybe(z.boolean()), strict_max: maybe(z.boolean()) };
const numbers = { min_value: maybe(z.number()), max_value: maybe(z.number()), ...strict };
/** Dates and times are written as ISO 8601 text. */
const bound = maybe(z.union([z.number(), z.string()]));
const bounds = { min_value: bound, max_value: bound, ...strict };
const counts = { min_value: maybe(z.int().check(z.gte(0))), max_value: maybe(z.int().check(z.gte(0))), ...strict };
const count = z.int().check(z.gte(0));
const valueSet = z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]));
const names = z.array(z.string()).check(z.minLength(1));

/** Arguments of each type; the keys of a suite's expectation beside `type`, and Great Expectations' `kwargs`. */
export const expectationArguments = {
  expect_table_row_count_to_be_between: counts,
  expect_table_row_count_to_equal: { value: count },
  expect_table_column_count_to_equal: { value: count },
  expect_table_columns_to_match_set: { column_set: names, exact_match: maybe(z.boolean()) },
  expect_column_to_exist: { column },
  expect_column_values_to_be_of_type: { column, type_: z.string() },
  expect_column_values_to_not_be_null: { column, mostly },
  expect_column_values_to_be_null: { column, mostly },
  expect_column_values_to_be_unique: { column, mostly },
  expect_column_values_to_be_between: { column, mostly, ...bounds },
  expect_column_values_to_be_in_set: { column, mostly, value_set: valueSet },
  expect_column_values_to_not_be_in_set: { column, mostly, value_set: valueSet },
  expect_column_values_to_match_regex: { column, mostly, regex: z.string() },
  expect_column_values_to_not_match_regex: { column, mostly, regex: z.string() },
  expect_column_value_lengths_to_be_between: { column, mostly, ...counts },
  expect_column_min_to_be_between: { column, ...bounds },
  expect_column_max_to_be_between: { column, ...bounds },
  expect_column_mean_to_be_between: { column, ...numbers },
  expect_column_sum_to_be_between: { column, ...numbers },
  expect_column_stdev_to_be_between: { column, ...numbers },
  expect_column_unique_value_count_to_be_between: { column, ...counts },
} as const;

type Shapes = typeof expectationArguments;
export type ExpectationType = keyof Shapes;
export const expectationTypes = Object.keys(expectationArguments) as readonly ExpectationType[];

type Given<T> = { readonly [Key in keyof T]: Exclude<T[Key], null> };
/** Arguments of one type, without those that are null. */
export type ArgumentsOf<T extends ExpectationType> = Given<z.infer<z.ZodMiniObject<Shapes[T]>>>;

export const Severity = z.enum(['critical', 'warning']);
export type Severity = z.infer<typeof Severity>;

interface Common {
  /** `critical` fails the gate; `warning` is shown. */
  readonly severity: Severity;
  readonly id?: string;
  /** The author's own words, shown beside a failure. */
  readonly notes?: string;
  /** Where it stands in the suite file, 1-based. */
  readonly line?: number;
  readonly lineColumn?: number;
}

/** One verifiable assertion about data. */
export type Expectation = {
  [T in ExpectationType]: Common & { readonly type: T; readonly arguments: ArgumentsOf<T> };
}[ExpectationType];
