// Numbers → what each expectation says, and the verdict. The arithmetic is Great Expectations' on pandas.
import { counted, percent, shortNumber, thousands } from '../dataset/plain-words.ts';
import type { Expectation, Severity } from '../formats/expectation-types.ts';
import type { Verdict } from '../formats/verdict.ts';
import type { SqlValue } from '../ports/data-engine.ts';
import type { Check, PlannedExpectation, ValidationPlan } from './plan.ts';

export interface ExpectationResult {
  readonly expectation: Expectation;
  readonly success: boolean;
  /** What was found, in a few words: "1,204 of 508,239 values (0.24 %)". */
  readonly found: string;
  /** It could not be judged on this data at all; `found` says why. */
  readonly impossible?: true;
  /** The aggregate that was judged. */
  readonly observed?: SqlValue;
  /** Of an expectation that counts rows. */
  readonly rows?: { readonly elements: number; readonly missing: number; readonly unexpected: number };
}

/** The scan's single row, and the answer of each group query. */
export interface Measured {
  readonly scan: Readonly<Record<string, SqlValue>>;
  readonly duplicates: readonly number[];
}

export function judgeExpectations(plan: ValidationPlan, measured: Measured): readonly ExpectationResult[] {
  return plan.expectations.map((planned) => ({ expectation: planned.expectation, ...judge(planned, measured) }));
}

type Judged = Omit<ExpectationResult, 'expectation'>;

function judge({ expectation, check }: PlannedExpectation, measured: Measured): Judged {
  switch (check.how) {
    case 'schema':
      return { success: check.success, found: check.found };
    case 'impossible':
      return { success: false, found: check.reason, impossible: true };
    case 'value':
      return judgeValue(expectation, measured.scan[check.value] ?? null, check);
    case 'rows':
    case 'unique':
      return judgeRows(expectation, rowCounts(check, measured));
  }
}

function rowCounts(check: Extract<Check, { how: 'rows' | 'unique' }>, { scan, duplicates }: Measured) {
  return {
    elements: Number(scan['total']),
    missing: check.missing === undefined ? 0 : Number(scan[check.missing]),
    unexpected: check.how === 'unique' ? (duplicates[check.group] ?? 0) : Number(scan[check.unexpected]),
  };
}

/**
 * Success as in Great Expectations: vacuously true without a value to judge, else
 * `(judged − unexpected) / judged ≥ mostly`, compared as floating-point numbers. Missing values are not judged,
 * unless being missing is the question.
 */
function judgeRows(expectation: Expectation, rows: NonNullable<ExpectationResult['rows']>): Judged {
  const judged = rows.elements - rows.missing;
  const mostly = 'mostly' in expectation.arguments ? (expectation.arguments.mostly ?? 1) : 1;
  const success = judged === 0 || (judged - rows.unexpected) / judged >= mostly;
  const noun = expectation.type.endsWith('_null') ? 'row' : 'value';
  const found =
    rows.unexpected === 0
      ? `none of ${counted(judged, noun)}`
      : `${thousands(rows.unexpected)} of ${counted(judged, noun)} (${percent(rows.unexpected / judged)})`;
  return { success, found, rows };
}

function judgeValue(expectation: Expectation, observed: SqlValue, check: { readonly unit?: 'rows' }): Judged {
  if (observed === null) return { success: false, found: 'no value to judge', observed };
  const found = wordsOf(observed) + (check.unit === 'rows' ? (observed === 1 ? ' row' : ' rows') : '');
  const given = expectation.arguments;
  if ('value' in given) return { success: Number(observed) === given.value, found, observed };
  const { min_value, max_value, strict_min, strict_max } = given as Range;
  const above = min_value === undefined || isBefore(min_value, observed, strict_min !== true);
  const below = max_value === undefined || isBefore(observed, max_value, strict_max !== true);
  return { success: above && below, found, observed };
}

interface Range {
  readonly min_value?: number | string;
  readonly max_value?: number | string;
  readonly strict_min?: boolean;
  readonly strict_max?: boolean;
}

/** Text and ISO 8601 times are ordered as text, once they are written alike. */
function isBefore(left: SqlValue, right: SqlValue, orEqual: boolean): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [alike(left, right), alike(right, left)];
    return a < b || (orEqual && a === b);
  }
  const [a, b] = [Number(left), Number(right)];
  return a < b || (orEqual && a === b);
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);
const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}[T ]\d{2}:/.test(text);

function alike(text: string, other: string): string {
  if (isDay(text) && isTime(other)) return `${text} 00:00:00`;
  return isTime(text) ? text.replace('T', ' ').replace(/Z$/, '') : text;
}

const wordsOf = (value: SqlValue): string => (typeof value === 'number' ? shortNumber(value) : String(value));

/** Which failures fail the gate. */
export function failing(results: readonly ExpectationResult[], failSeverity: Severity): readonly ExpectationResult[] {
  return results.filter(
    ({ success, expectation }) => !success && (failSeverity === 'warning' || expectation.severity === 'critical'),
  );
}

/** Zero rows prove nothing, whatever holds of them vacuously. */
export function decideVerdict(results: readonly ExpectationResult[], rows: number, failSeverity: Severity): Verdict {
  if (rows === 0 || results.length === 0) return 'error';
  return failing(results, failSeverity).length > 0 ? 'fail' : 'pass';
}
