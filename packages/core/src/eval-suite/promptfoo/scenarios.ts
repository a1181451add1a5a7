// `scenarios`: every entry of `config` with every test, in the order in which they are written.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { checkKeys, isMap } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { readTests, type WrittenTest } from './tests.ts';
import { fileValue } from './values.ts';

export interface ScenarioTest {
  readonly entry: WrittenTest;
  readonly test: WrittenTest;
  /** Number of the entry, over all scenarios. */
  readonly index: number;
}

export async function readScenarios(
  reading: PromptfooReading,
  written: unknown,
  place: EvalPlace | undefined,
): Promise<readonly ScenarioTest[]> {
  if (written === undefined || written === null) return [];
  const invalid = (message: string, at: EvalPlace | undefined): void =>
    reading.say({ code: 'SCENARIO_INVALID', message, hint: 'Write {config: [{vars: …}], tests: […]}.', place: at });
  const found: ScenarioTest[] = [];
  let index = 0;
  for (const scenario of await scenariosOf(reading, written, place)) {
    const at = reading.places.of(scenario) ?? place ?? { file: reading.file };
    if (!isMap(scenario)) {
      invalid('A scenario is a map.', at);
      continue;
    }
    checkKeys(reading, scenario, { known: ['description', 'config', 'tests'], what: 'a scenario' });
    const { config, tests } = scenario;
    if (!Array.isArray(config) || !config.every(isMap)) {
      invalid('A scenario has no list "config".', at);
      continue;
    }
    if (tests === undefined || (Array.isArray(tests) && tests.length === 0)) {
      invalid('A scenario has no tests, so it asks nothing.', at);
      continue;
    }
    const list = await readTests(reading, tests, reading.places.key(scenario, 'tests'));
    for (const fields of config) {
      const entry = { fields, file: at.file, place: reading.places.of(fields) ?? at };
      for (const test of list) found.push({ entry, test, index });
      index += 1;
    }
  }
  return found;
}

async function scenariosOf(
  reading: PromptfooReading,
  written: unknown,
  place: EvalPlace | undefined,
): Promise<readonly unknown[]> {
  const items: readonly unknown[] = Array.isArray(written) ? written : [written];
  const found: unknown[] = [];
  for (const item of items) {
    const value = typeof item === 'string' && item.startsWith('file://') ? await fileValue(reading, item, place) : item;
    if (Array.isArray(value)) found.push(...(value as readonly unknown[]));
    else if (value !== undefined) found.push(value);
  }
  return found;
}
