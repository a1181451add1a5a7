// How values and digests are written in a run's page and in a comparison.
import type { Metric, ParamValue, RunSummary } from '../formats/run.ts';
import { formatNumber } from '../report/text.ts';

export const none = '–';

/** "0.8712 accuracy" needs four digits; a learning rate of 3e-7 is not 0. */
export const numberWords = (value: number | null | undefined): string =>
  value === null || value === undefined ? none : formatNumber(value);

export const valueWords = (value: ParamValue | undefined): string =>
  value === null || value === undefined ? none : typeof value === 'number' ? formatNumber(value) : String(value);

/** A parameter as it was given: 100000 stays 100000. */
export const paramWords = (value: ParamValue | undefined): string =>
  value === null || value === undefined ? none : String(value);

export function intervalWords(
  interval: readonly [number, number] | undefined,
  level: number | undefined = 0.95,
): string {
  if (interval === undefined) return '';
  return `${Number((level * 100).toPrecision(3))} % CI ${formatNumber(interval[0])} … ${formatNumber(interval[1])}`;
}

export const signedWords = (value: number): string => (value > 0 ? `+${formatNumber(value)}` : formatNumber(value));

/** `sha256:` and twelve digits: enough to tell files apart by eye. */
export const digestWords = (digest: string | null): string =>
  digest === null ? none : digest.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]+$/, '$1$2…');

export const metricWords = ({ value, interval, level, difference }: Partial<Metric>): string => {
  const own = difference === undefined || difference === null ? intervalWords(interval, level) : '';
  return own === '' ? numberWords(value) : `${numberWords(value)} (${own})`;
};

/** The first ten letters of an id are its time to the millisecond; the next ones tell legs of one matrix apart. */
export const shortId = (id: string): string => id.slice(0, 13);

export const startedWords = (run: Pick<RunSummary, 'startedAt'>): string =>
  run.startedAt.slice(0, 16).replace('T', ' ');
