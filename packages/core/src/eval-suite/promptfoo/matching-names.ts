// Filters of prompts and providers: a label or id, the group before a colon, or a beginning with `*`.
import type { PromptfooReading } from './promptfoo-reading.ts';
import { didYouMean } from '../../formats/did-you-mean.ts';
import { layered, type MergedTest } from './merge.ts';

/** What has a label in the suite, and what filters may call it. */
export interface Named {
  readonly label: string;
  readonly names: readonly string[];
}

export const fits = (filter: string, { names }: Named): boolean =>
  names.some(
    (name) =>
      name === filter ||
      name.startsWith(`${filter}:`) ||
      (filter.endsWith('*') && name.startsWith(filter.slice(0, -1))),
  );

interface Filter {
  readonly test: MergedTest;
  readonly key: 'prompts' | 'providers';
  readonly among: readonly Named[];
}

/** Labels that a test is restricted to; undefined when it is not. A filter that fits nothing is a mistake. */
export function allowed(reading: PromptfooReading, { test, key, among }: Filter): readonly string[] | undefined {
  const found = layered(test, key);
  if (found === undefined) return undefined;
  const place = reading.places.value(found.from, key);
  if (!Array.isArray(found.value)) {
    reading.say({ code: 'SUITE_INVALID', message: `"${key}" is no list.`, hint: 'Give a list of labels.', place });
    return undefined;
  }
  return labelsOf(reading, found.value, { key, among, place });
}

interface Filtering {
  readonly key: 'prompts' | 'providers';
  readonly among: readonly Named[];
  readonly place: ReturnType<PromptfooReading['places']['value']>;
}

export function labelsOf(
  reading: PromptfooReading,
  filters: readonly unknown[],
  { key, among, place }: Filtering,
): readonly string[] {
  for (const filter of filters) {
    if (typeof filter === 'string' && among.some((one) => fits(filter, one))) continue;
    const hint = didYouMean(
      String(filter),
      among.map(({ label }) => label),
    );
    reading.say({
      code: 'FILTER_FITS_NOTHING',
      message: `No ${key === 'prompts' ? 'prompt' : 'provider'} is called "${String(filter)}".`,
      hint: `${hint.charAt(0).toUpperCase()}${hint.slice(1)}${hint.endsWith('?') ? '' : '.'}`,
      place,
    });
  }
  return among
    .filter((one) => filters.some((filter) => typeof filter === 'string' && fits(filter, one)))
    .map(({ label }) => label);
}
