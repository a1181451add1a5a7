// What readers of a promptfoo config share beside the files: `{{env.…}}` as this config may use it.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { fillEnvironment, fillOwn, type Environment } from '../environment.ts';
import { isMap, type Fields, type Reading } from '../reading.ts';
import { rewrite } from './rewrite.ts';

export interface PromptfooReading extends Reading {
  /** Allowed names, and those that the config gives values itself. */
  readonly known: Environment;
  /** A value with its `{{env.…}}` filled in: for what the author of the suite wrote, never for data. */
  fill(value: unknown): unknown;
  fillText(written: string, place?: EvalPlace): string;
  /** Settings as they stood before `fill`: the same on every machine. */
  asWritten(settings: Fields): Fields;
}

export function promptfooReading(reading: Reading, config: Fields): PromptfooReading {
  const known: Record<string, string> = { ...reading.environment };
  const ownTexts: Record<string, string> = {};
  const own = config['env'];
  if (isMap(own)) {
    for (const [name, value] of Object.entries(own)) {
      if (typeof value === 'object') continue;
      const place = reading.places.value(own, name);
      ownTexts[name] = String(value);
      known[name] = fillEnvironment(reading, String(value), { environment: reading.environment, place });
    }
  }
  // A place belongs to one text: what is made of a map keeps the places of its members, and so what was written there.
  const written = new Map<EvalPlace, string>();
  const placeIn = (container: unknown, key: PropertyKey): EvalPlace | undefined => {
    const place = reading.places.value(container, key);
    return place === reading.places.of(container) ? undefined : place;
  };
  const asWritten = (value: unknown, place?: EvalPlace): unknown => {
    if (typeof value === 'string') return (place && written.get(place)) ?? value;
    if (Array.isArray(value)) return value.map((item, index) => asWritten(item, placeIn(value, index)));
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asWritten(item, placeIn(value, key))]));
  };
  return {
    ...reading,
    known,
    asWritten: (settings) => asWritten(settings) as Fields,
    fillText: (written, place) => fillEnvironment(reading, written, { environment: known, place }),
    fill: (value) =>
      rewrite(reading, value, {
        text: (text, { container, key }) => {
          const filled = fillEnvironment(reading, text, {
            environment: known,
            place: reading.places.value(container, key),
          });
          const place = filled === text ? undefined : placeIn(container, key);
          if (place !== undefined) written.set(place, fillOwn(text, ownTexts));
          return filled;
        },
        skip: isSecret,
      }),
  };
}

/** Settings that hold keys: they stay as they are written, and only the adapter that sends them knows their value. */
const isSecret = (_map: Fields, key: string): boolean => secretKeys.has(key);

const secretKeys = new Set(['apiKey', 'headers', 'env', 'request']);
