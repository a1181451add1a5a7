// Scorers in short: `is-json`, `{contains: "{{expected}}", name: label}`, `{all: [...], name: sound}`.
import { nearest } from '../../formats/did-you-mean.ts';
import type { Assertion, AssertionSet } from '../../formats/eval-suite.ts';
import type { AssertionReader } from '../promptfoo/assertions.ts';
import { checkKeys, isMap, type Fields, type Reading } from '../reading.ts';

/** Settings beside the scorer's own name. */
const settings = [
  'name',
  'weight',
  'threshold',
  'judge',
  'embedding',
  'rubric',
  'config',
  'transform',
  'context',
  'value',
];

/** What settings are called where assertions are read. */
const renamed: Readonly<Record<string, string>> = {
  name: 'metric',
  judge: 'provider',
  rubric: 'rubricPrompt',
  context: 'contextTransform',
};

/** @param from the map that holds `scorers` */
export async function assertionsOfScorers(
  reading: Reading,
  from: Fields,
  assertions: AssertionReader,
): Promise<readonly (Assertion | AssertionSet)[]> {
  const { scorers } = from;
  if (!Array.isArray(scorers)) return [];
  const known =
    translations.get(scorers) ??
    scorers.flatMap((item: unknown, index) => one(translate(reading, item, reading.places.value(scorers, index))));
  translations.set(scorers, known);
  return assertions.readAll(known, {}, from);
}

/** Scorers of a suite are read once, and not for each of its cases. */
const translations = new WeakMap<object, readonly unknown[]>();

const one = (item: unknown): readonly unknown[] => (item === undefined ? [] : [item]);

function translate(reading: Reading, item: unknown, place: ReturnType<Reading['places']['of']>): unknown {
  if (typeof item === 'string') {
    const made = { type: item };
    if (place !== undefined) reading.places.note(made, place);
    return made;
  }
  if (!isMap(item)) return item;
  const names = Object.keys(item).filter((key) => !settings.includes(key));
  const [name, another] = names;
  if (another !== undefined) {
    const strange = names.find((each) => nearest(each, settings) !== undefined);
    if (strange !== undefined) {
      reading.say({
        code: 'SUITE_UNKNOWN_KEY',
        message: `Unknown key "${strange}" in a scorer.`,
        hint: `Did you mean "${nearest(strange, settings)}"?`,
        place: reading.places.key(item, strange) ?? place,
      });
      return undefined;
    }
  }
  if (name === undefined || another !== undefined) {
    reading.say({
      code: 'SCORER_INVALID',
      message:
        name === undefined ? 'A scorer has no name.' : `A scorer has two names: "${name}" and "${String(another)}".`,
      hint: `Write one name with its value, as in {contains: yes, name: polite}; beside it may stand ${settings.slice(0, -1).join(', ')}.`,
      place: reading.places.of(item) ?? place,
    });
    return undefined;
  }
  return name === 'all' ? setOf(reading, item) : assertionOf(reading, item, name);
}

function assertionOf(reading: Reading, item: Fields, name: string): unknown {
  const value = item['value'] ?? item[name];
  const made: Record<string, unknown> = { type: name, ...(value !== null && { value }) };
  const { value: _value, embedding, ...others } = item;
  for (const key of settings) if (others[key] !== undefined) made[renamed[key] ?? key] = others[key];
  // One provider for each use, as promptfoo writes them.
  if (embedding !== undefined) made['provider'] = { text: item['judge'], embedding };
  reading.places.copy(item, made);
  return made;
}

function setOf(reading: Reading, item: Fields): unknown {
  checkKeys(reading, item, { known: ['all', 'name', 'weight', 'threshold', 'config'], what: 'a set of scorers' });
  const { all, name, ...rest } = item;
  const items = Array.isArray(all)
    ? all.flatMap((each: unknown, index) => one(translate(reading, each, reading.places.value(all, index))))
    : all;
  if (Array.isArray(items)) reading.places.copy(item, items);
  const made = { ...rest, type: 'assert-set', assert: items, ...(name !== undefined && { metric: name }) };
  reading.places.copy(item, made);
  return made;
}
