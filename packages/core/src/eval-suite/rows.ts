// Data files of cases: rows of fields, each with the line it stands on. What is no table says where it breaks.
import type { EvalPlace } from '../formats/eval-suite.ts';
import { isTooDeep, mostLevels } from '../formats/nesting.ts';
import { parseCsv } from './csv.ts';
import { readLocatedYaml } from './located-yaml.ts';
import { isMap, readBytes, readTextFile, type Fields, type Reading } from './reading.ts';

/** Larger cells are documents, not variables. */
const cellLimit = 10_000_000;

/** Longer JSON is read as JSON, without the line of each row: YAML's parser takes a hundred times as long. */
const locatedJson = 1_000_000;

/**
 * @param hint what to do when there is no such file
 * @returns undefined, and problems, when the file cannot be read
 */
export async function readDataFile(
  reading: Reading,
  path: string,
  place: EvalPlace | undefined,
  hint?: string,
): Promise<readonly Fields[] | undefined> {
  if (/\.(?:jsonl|ndjson)$/.test(path)) {
    const bytes = await readBytes(reading, path, { role: 'data', place, hint });
    return bytes && jsonLines(reading, bytes, path);
  }
  const text = await readTextFile(reading, path, { role: 'data', place, hint });
  if (text === undefined) return undefined;
  if (path.endsWith('.csv')) return csvRows(reading, text, path);
  const large = path.endsWith('.json') && text.length > locatedJson ? jsonOf(text) : undefined;
  const value = large ?? locatedValue(reading, text, path);
  if (value === undefined) return undefined;
  if (isTooDeep(large, text)) return broken(reading, { file: path }, tooDeep);
  const rows: readonly unknown[] = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  if (rows.every(isMap)) return rows.every((row) => fits(reading, row, path)) ? rows : undefined;
  return broken(reading, { file: path }, 'The file is no list of maps.');
}

function locatedValue(reading: Reading, text: string, file: string): unknown {
  const read = readLocatedYaml({ text, file }, reading.places, 'SUITE');
  reading.problems.push(...read.problems);
  return read.value?.value;
}

export function csvRows(reading: Reading, text: string, file: string): readonly Fields[] | undefined {
  const { rows, unclosed } = parseCsv(text);
  if (unclosed !== undefined) return broken(reading, { file, line: unclosed }, 'A quote that opens here never ends.');
  const [header, ...body] = rows;
  const names = header?.cells.map((name) => name.trim()) ?? [];
  const [only = ''] = names;
  if (names.length === 1 && /[;\t]/.test(only))
    return broken(
      reading,
      { file, line: 1 },
      `The header is a single column, "${only}": columns are divided by commas.`,
    );
  let sound = true;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    broken(reading, { file, line: 1 }, `Two columns are called "${twice}".`);
    sound = false;
  }
  const found: Fields[] = [];
  for (const { line, cells } of body) {
    const place = { file, line };
    if (cells.length !== names.length) {
      broken(reading, place, `The row has ${cells.length} cells, the header ${names.length}.`);
      sound = false;
      continue;
    }
    const row = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
    reading.places.note(row, place);
    if (fits(reading, row, file)) found.push(row);
    else sound = false;
  }
  return sound ? found : undefined;
}

function jsonLines(reading: Reading, bytes: Uint8Array, file: string): readonly Fields[] | undefined {
  const found: Fields[] = [];
  let sound = true;
  eachLine(bytes, (line, number) => {
    if (line.trim() === '') return;
    const place = { file, line: number };
    const value = jsonOf(line);
    if (isTooDeep(value, line)) {
      broken(reading, place, tooDeep);
      sound = false;
    } else if (isMap(value)) {
      reading.places.noteDeep(value, place);
      // No text in it is longer than the line.
      if (line.length <= cellLimit || fits(reading, value, file)) found.push(value);
      else sound = false;
    } else {
      broken(reading, place, value === undefined ? 'This line is no JSON.' : 'This line is no JSON object.');
      sound = false;
    }
  });
  return sound ? found : undefined;
}

/** Bytes that become text at a time, up to the end of a line: the whole text beside its bytes and rows is memory that all runs would need. */
const pieceSize = 1 << 16;

function eachLine(bytes: Uint8Array, work: (line: string, number: number) => void): void {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let number = 0;
  for (let from = hasMark ? 3 : 0, to = 0; from < bytes.length; from = to) {
    const lineEnd = bytes.indexOf(0x0a, from + pieceSize);
    to = lineEnd < 0 ? bytes.length : lineEnd + 1;
    const text = decoder.decode(bytes.subarray(from, to));
    for (let start = 0, end = 0; start < text.length; start = end + 1) {
      const next = text.indexOf('\n', start);
      end = next < 0 ? text.length : next;
      number += 1;
      work(text.slice(start, end), number);
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fits(reading: Reading, row: Fields, file: string): boolean {
  for (const name in row) {
    const value = row[name];
    if (typeof value !== 'string' || value.length <= cellLimit) continue;
    const place = reading.places.value(row, name) ?? { file };
    broken(reading, place, `"${name}" has ${value.length} characters; the limit is ${cellLimit}.`);
    return false;
  }
  return true;
}

const tooDeep = `It is nested deeper than ${mostLevels} levels.`;

function broken(reading: Reading, place: EvalPlace, message: string): undefined {
  reading.say({ code: 'CASES_INVALID', message, hint: 'Correct the file of cases.', place });
}
