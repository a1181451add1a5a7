// Values that a program of the repository is given and that nobody may be shown: taken out of what it says. The rule is
// that of requests to endpoints: whatever a variable of the environment is for, its value is a secret.
import { base64Of } from '../formats/base64.ts';

/** @param instead what stands where a value stood: `***` */
export type Hide = (text: string, instead?: string) => string;

/** Shorter values would be found in ordinary words. */
const shortest = 6;

/** Takes out each value, and what base64, URLs and JSON make of it; undefined where there is nothing to hide. */
export function hiding(values: readonly string[]): Hide | undefined {
  // The longest first: where one value holds another, no end of it is left.
  const forms = [...new Set(values.filter(({ length }) => length >= shortest).flatMap(formsOf))].toSorted(
    (a, b) => b.length - a.length,
  );
  if (forms.length === 0) return undefined;
  return (text, instead = '***') => forms.reduce((shown, form) => shown.replaceAll(form, () => instead), text);
}

const formsOf = (value: string): readonly string[] => [
  value,
  encodeURIComponent(value.toWellFormed()),
  JSON.stringify(value).slice(1, -1),
  base64Of(new TextEncoder().encode(value)),
];

/** The same of every text within a value, names of members too. */
export function hideIn(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value);
  if (Array.isArray(value)) return value.map((item) => hideIn(item, hide));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [hide(name), hideIn(item, hide)]));
}
