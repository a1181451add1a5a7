// What readers of a promptfoo config share beside the files: `{{env.…}}` as this config may use it.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { fillEnvironment, type Environment } from '../environment.ts';
import { isMap, type Fields, type Reading } from '../reading.ts';
import { rewrite } from './rewrite.ts';

export interface PromptfooReading extends Reading {
  /** Allowed names, and those that the config gives values itself. */
  readonly known: Environment;
  /** A value with its `{{env.…}}` filled in: for what the author of the suite wrote, never for data. */
  fill(value: unknown): unknown;
  fillText(written: string, place?: EvalPlace): string;
}

export function promptfooReading(reading: Reading, config: Fields): PromptfooReading {
  const known: Record<string, string> = { ...reading.environment };
  const own = config['env'];
  if (isMap(own)) {
    for (const [name, value] of Object.entries(own)) {
      if (typeof value === 'object') continue;
      const place = reading.places.value(own, name);
      known[name] = fillEnvironment(reading, String(value), { environment: reading.environment, place });
    }
  }
  return {
    ...reading,
    known,
    fillText: (written, place) => fillEnvironment(reading, written, { environment: known, place }),
    fill: (value) =>
      rewrite(reading, value, {
        text: (written, { container, key }) =>
          fillEnvironment(reading, written, { environment: known, place: reading.places.value(container, key) }),
        skip: isSecret,
      }),
  };
}

/** Settings that hold keys: they stay as they are written, and only the adapter that sends them knows their value. */
const isSecret = (_map: Fields, key: string): boolean => secretKeys.has(key);

const secretKeys = new Set(['apiKey', 'headers', 'env', 'request']);
