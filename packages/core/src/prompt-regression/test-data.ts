// The cases of a suite: rows of fields from .jsonl, .json, .csv or YAML, each with a name that no other has.
import type { Prompt } from '../formats/prompt.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import { parseYaml, type YamlSource } from '../formats/read-yaml.ts';
import { parseCsv } from './csv.ts';
import { fieldText, type Fields } from './template.ts';

export interface Case {
  readonly id: string;
  readonly fields: Fields;
}

type Row = Fields;

/** Rows of a data file; its kind is told by its ending. */
export function readRows(source: YamlSource): Read<readonly Row[]> {
  const { text, file } = source;
  if (file.endsWith('.jsonl') || file.endsWith('.ndjson')) return readJsonLines(source);
  if (file.endsWith('.csv')) return readCsvRows(source);
  if (file.endsWith('.json')) {
    try {
      return listOfMaps(JSON.parse(text), file);
    } catch (error) {
      return {
        problems: [problem('TEST_DATA_INVALID', `The file is no JSON: ${(error as Error).message}.`, { file })],
      };
    }
  }
  if (!/\.ya?ml$/.test(file)) {
    const message = `"${file}" is no file of cases.`;
    return { problems: [problem('TEST_DATA_INVALID', message, { file }, 'Use .jsonl, .json, .csv or .yml.')] };
  }
  const parsed = parseYaml(source, 'TEST_DATA');
  if (parsed.value === undefined) return { problems: parsed.problems };
  try {
    return listOfMaps(parsed.value.document.toJS({ maxAliasCount: 100 }), file);
  } catch {
    return {
      problems: [problem('TEST_DATA_INVALID', 'Its aliases multiply without end, or name no anchor.', { file })],
    };
  }
}

function readJsonLines({ text, file }: YamlSource): Read<readonly Row[]> {
  const rows: Row[] = [];
  const problems: Problem[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      const value: unknown = JSON.parse(line);
      if (isMap(value)) rows.push(value);
      else problems.push(problem('TEST_DATA_INVALID', 'This line is no JSON object.', { file, line: index + 1 }));
    } catch {
      problems.push(problem('TEST_DATA_INVALID', 'This line is no JSON.', { file, line: index + 1 }));
    }
  }
  return hasErrors(problems) ? { problems } : { value: rows, problems };
}

function readCsvRows({ text, file }: YamlSource): Read<readonly Row[]> {
  const { rows, unclosed } = parseCsv(text);
  if (unclosed !== undefined)
    return {
      problems: [problem('TEST_DATA_INVALID', 'A quote that opens here never ends.', { file, line: unclosed })],
    };
  const [header, ...body] = rows;
  const names = header?.cells ?? [];
  const problems = body
    .filter(({ cells }) => cells.length !== names.length)
    .map(({ line, cells }) =>
      problem('TEST_DATA_INVALID', `The row has ${cells.length} cells, the header ${names.length}.`, { file, line }),
    );
  if (new Set(names).size < names.length)
    problems.push(problem('TEST_DATA_INVALID', 'Two columns have the same name.', { file, line: 1 }));
  if (hasErrors(problems)) return { problems };
  const value = body.map(({ cells }) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])));
  return { value, problems };
}

function listOfMaps(value: unknown, file: string): Read<readonly Row[]> {
  if (Array.isArray(value) && value.every(isMap)) return { value, problems: [] };
  return { problems: [problem('TEST_DATA_INVALID', 'The file is no list of maps.', { file })] };
}

/**
 * Names the cases. An explicit `x-pawl.id` must be there and be unique; without it `id` is used as soon as
 * one case has it, and files from before Pawl, whose cases have no names, get their positions.
 */
export function nameCases(rows: readonly Row[], prompt: Prompt, file: string): Read<readonly Case[]> {
  const asked = prompt['x-pawl']?.id;
  const field = asked ?? 'id';
  if (asked === undefined && !rows.some((row) => fieldText(row, field) !== undefined))
    return { value: rows.map((fields, index) => ({ id: `#${index + 1}`, fields })), problems: [] };
  const ids = rows.map((row) => fieldText(row, field));
  const nameless = ids.flatMap((id, index) => (id === undefined || id === '' ? [`#${index + 1}`] : []));
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const id of ids) {
    if (id !== undefined && seen.has(id)) twice.add(id);
    if (id !== undefined) seen.add(id);
  }
  const problems: Problem[] = [];
  if (nameless.length > 0) {
    const message = `${nameless.length} of ${rows.length} cases have no "${field}": ${listed(nameless)}.`;
    problems.push(problem('CASE_ID_MISSING', message, { file }, 'Name every case: pairs are made by name.'));
  }
  if (twice.size > 0) {
    const message = `More than one case has the "${field}" ${listed([...twice].map((id) => `"${id}"`))}.`;
    problems.push(problem('CASE_ID_DUPLICATE', message, { file }, 'Give each case its own name.'));
  }
  if (hasErrors(problems)) return { problems };
  return { value: rows.map((fields, index) => ({ id: ids[index] ?? '', fields })), problems };
}

/** The first few, and how many more. */
export function listed(names: readonly string[], limit = 3): string {
  const shown = names.slice(0, limit).join(', ');
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

const isMap = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

function problem(
  code: string,
  message: string,
  place: { file: string; line?: number },
  hint = 'Correct the file of cases.',
): Problem {
  return { code, severity: 'error', message, hint, ...place };
}
