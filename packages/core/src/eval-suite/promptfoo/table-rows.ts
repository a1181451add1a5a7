// A row of a table as a case: columns are variables, columns with two underscores say how the answer is judged.
import type { Fields, Reading } from '../reading.ts';
import { assertionOfCell, numberOfCell, type ShortAssertion } from './expected-column.ts';

const special = [
  'expected',
  'prefix',
  'suffix',
  'description',
  'providerOutput',
  'metric',
  'threshold',
  'metadata',
  'config',
];

export function testOfRow(reading: Reading, row: Fields, index: number): Fields {
  const vars: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = {};
  const test: Record<string, unknown> = {};
  const assertions: ShortAssertion[] = [];
  const settings: { readonly of: string; readonly key: string; readonly cell: string; readonly column: string }[] = [];
  let metric: string | undefined;
  for (const [written, value] of Object.entries(row)) {
    const column = written.trim();
    const cell = typeof value === 'string' ? value : JSON.stringify(value);
    if (!column.startsWith('__')) {
      warnOfSingleUnderscore(reading, row, column);
      vars[column] = value;
    } else if (/^__expected\d*$/.test(column)) {
      if (cell.trim() === '') continue;
      const assertion = assertionOfCell(cell.trim());
      if (assertion === undefined) {
        broken(reading, row, column, 'A quote in this list does not end, or no comma follows it');
        continue;
      }
      assertions.push(assertion);
    } else if (column === '__prefix' || column === '__suffix') options[column.slice(2)] = cell;
    else if (column === '__description' || column === '__providerOutput') {
      if (cell !== '') test[column.slice(2)] = value;
    } else if (column === '__metric') metric = cell === '' ? undefined : cell;
    else if (column === '__threshold') {
      const threshold = numberOfCell(cell);
      if (threshold !== undefined) test['threshold'] = threshold;
      else if (cell.trim() !== '') broken(reading, row, column, `"${cell}" is no number`);
    } else if (column.startsWith('__metadata:')) {
      const name = column.slice('__metadata:'.length);
      if (cell.trim() !== '') Object.assign(metadata, metadataOf(name, cell));
    } else if (column.startsWith('__config:')) {
      const [, of = '', key = ''] = /^__config:([^:]*):(.*)$/.exec(column) ?? [];
      settings.push({ of, key, cell, column });
    } else broken(reading, row, column, `The column "${column}" has no meaning`);
  }
  applySettings(reading, row, { settings, assertions, metadata });
  const made = assertions.map((assertion) => {
    const written = { ...assertion, ...(metric !== undefined && { metric }) };
    reading.places.copy(row, written);
    return written;
  });
  const whole = {
    vars,
    ...test,
    description: isText(test['description']) ? test['description'] : `Row #${index + 1}`,
    assert: made,
    ...(Object.keys(options).length > 0 && { options }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
  for (const part of [whole, options]) if (Object.keys(part).length > 0) reading.places.copy(row, part);
  return whole;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

interface Settings {
  readonly settings: readonly {
    readonly of: string;
    readonly key: string;
    readonly cell: string;
    readonly column: string;
  }[];
  readonly assertions: ShortAssertion[];
  readonly metadata: Record<string, unknown>;
}

/** `__config:__expected2:threshold` sets the threshold of the second assertion of the row. */
function applySettings(reading: Reading, row: Fields, { settings, assertions, metadata }: Settings): void {
  for (const { of, key, cell, column } of settings) {
    const position = /^__expected(\d*)$/.exec(of)?.[1];
    if (position === undefined || key !== 'threshold') {
      broken(
        reading,
        row,
        column,
        'Only __config:__expected:threshold and __config:__expected<number>:threshold have a meaning',
      );
      continue;
    }
    const threshold = numberOfCell(cell);
    if (threshold === undefined) {
      broken(reading, row, column, `"${cell}" is no number`);
      continue;
    }
    const index = position === '' ? 0 : Number(position) - 1;
    const assertion = assertions[index];
    if (assertion === undefined) continue;
    assertions[index] = { ...assertion, threshold };
    metadata['threshold'] = threshold;
  }
}

const metadataOf = (name: string, cell: string): Fields =>
  name.endsWith('[]')
    ? { [name.slice(0, -2)]: cell.split(/(?<!\\),/).map((item) => item.trim().replaceAll('\\,', ',')) }
    : { [name]: cell };

function warnOfSingleUnderscore(reading: Reading, row: Fields, column: string): void {
  if (!special.some((name) => column.startsWith(`_${name}`))) return;
  const { line: _line, column: _column, ...file } = reading.places.of(row) ?? { file: reading.file };
  reading.say({
    severity: 'warning',
    code: 'CASES_COLUMN',
    message: `The column "${column}" is a variable.`,
    hint: `Did you mean "_${column}"?`,
    place: file,
  });
}

function broken(reading: Reading, row: Fields, column: string, message: string): void {
  reading.say({
    code: 'CASES_COLUMN',
    message: `${message} (column "${column}").`,
    hint: 'Correct the table of cases.',
    place: reading.places.of(row),
  });
}
