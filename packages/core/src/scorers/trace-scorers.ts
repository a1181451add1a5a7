// Scorers of a trace's spans: how many there are, how long they took, how many failed.
import { fitsGlob } from './glob.ts';
import type { Scorer, ScorerTable } from './scorer.ts';
import { noTrace, traceOf, type Span } from './trace.ts';
import { badValue, isRecord, yesOrNo } from './verdicts.ts';

/** promptfoo's handlers of these three do not know `not-`; here it is the opposite, as everywhere. */
const spanCount: Scorer = (request) => {
  const { value, negated } = request.assertion;
  const trace = traceOf(request);
  if (trace === undefined) return noTrace('trace-span-count');
  const pattern = isRecord(value) ? value['pattern'] : undefined;
  if (!isRecord(value) || typeof pattern !== 'string' || pattern === '')
    return badValue('trace-span-count', 'a "pattern", with "min" or "max",');
  const { min = 0, max = Number.POSITIVE_INFINITY } = value;
  if (typeof min !== 'number' || typeof max !== 'number')
    return badValue('trace-span-count', 'numbers for "min" and "max"');
  const count = trace.spans.filter(({ name }) => fitsGlob(name, pattern)).length;
  return yesOrNo(
    count >= min && count <= max,
    negated,
    (not) => `Expected ${not}${min} to ${max} spans; it has ${count}.`,
  );
};

const spanDuration: Scorer = (request) => {
  const { value, negated } = request.assertion;
  const trace = traceOf(request);
  if (trace === undefined) return noTrace('trace-span-duration');
  const { max, percentile = 100, pattern = '*' } = isRecord(value) ? value : {};
  const isShare = typeof percentile === 'number' && percentile >= 0 && percentile <= 100;
  if (typeof max !== 'number' || typeof pattern !== 'string' || !isShare)
    return badValue('trace-span-duration', 'a "max" in milliseconds, and a "percentile" of 0 to 100 if any,');
  const durations = trace.spans
    .filter(({ name }) => fitsGlob(name, pattern))
    .flatMap(({ startTime, endTime }) =>
      endTime === undefined || Number.isNaN(startTime) ? [] : [endTime - startTime],
    )
    .toSorted((a, b) => a - b);
  const found = durations[Math.max(0, Math.ceil((percentile / 100) * durations.length) - 1)];
  return yesOrNo(
    found === undefined || found <= max,
    negated,
    () => `It took ${found ?? 0} ms; at most ${max} are allowed.`,
  );
};

const errorSpans: Scorer = (request) => {
  const { value, negated } = request.assertion;
  const trace = traceOf(request);
  if (trace === undefined) return noTrace('trace-error-spans');
  const limits = isRecord(value) ? value : { max_count: value };
  const { pattern = '*', max_count: most, max_percentage: mostShare } = limits;
  const isLimit = (limit: unknown): limit is number | undefined => limit === undefined || typeof limit === 'number';
  if (typeof pattern !== 'string' || !isLimit(most) || !isLimit(mostShare))
    return badValue('trace-error-spans', 'a number, or "max_count" or "max_percentage",');
  const spans = trace.spans.filter(({ name }) => fitsGlob(name, pattern));
  const failed = spans.filter(isError).length;
  const tooMany = failed > (most ?? (mostShare === undefined ? 0 : Number.POSITIVE_INFINITY));
  const tooLarge = spans.length > 0 && (failed / spans.length) * 100 > (mostShare ?? 100);
  return yesOrNo(!tooMany && !tooLarge, negated, () => `${failed} of ${spans.length} spans failed.`);
};

function isError({ statusCode = 0, statusMessage = '', attributes }: Span): boolean {
  if (statusCode === 2 || statusCode >= 400) return true;
  const told = ['error', 'exception', 'failed', 'failure'].some((key) => {
    const value = attributes[key];
    return value === true || value === 'true' || (typeof value === 'object' && value !== null);
  });
  if (told || Number(attributes['http.status_code'] ?? 0) >= 400) return true;
  if (attributes['otel.status_code'] === 'ERROR' || attributes['status.code'] === 'ERROR') return true;
  return /error|failed|failure|exception|timeout|abort/i.test(statusMessage);
}

export const traceScorers: ScorerTable = new Map([
  ['trace-span-count', spanCount],
  ['trace-span-duration', spanDuration],
  ['trace-error-spans', errorSpans],
]);
