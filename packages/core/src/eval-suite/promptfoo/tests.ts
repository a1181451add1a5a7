// `tests` of a config, wherever they lie: in it, in files, in globs of files, or made by a script.
import { after, inTurn, type Awaitable } from '../../formats/awaitable.ts';
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { isGlob, isMap, matching, pathIn, readScript, readYamlFile, type Fields } from '../reading.ts';
import { readDataFile } from '../rows.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import { resolveReferences } from './references.ts';
import { isForeignScript, isJavaScript, isPython, pythonFile, referenceOf, scriptHint } from './scripts.ts';
import { testOfRow } from './table-rows.ts';
import { fileValue } from './values.ts';

export interface WrittenTest {
  readonly fields: Fields;
  /** The file it stands in: paths of `vars` are relative to it. */
  readonly file: string;
  readonly place: EvalPlace;
  /** A line of a data file: all of it stands there, and what it asserts, no other test does. */
  readonly isLine?: boolean;
}

export async function readTests(
  reading: PromptfooReading,
  written: unknown,
  place: EvalPlace | undefined,
): Promise<readonly WrittenTest[]> {
  if (written === undefined || written === null) return [];
  if (typeof written === 'string') return testsAt(reading, { written, place });
  if (isMap(written)) return generatedBy(reading, written, place);
  if (!Array.isArray(written)) {
    reading.say({
      code: 'TESTS_INVALID',
      message: '"tests" is no list.',
      hint: 'Give cases, or the path of a file of cases.',
      place,
    });
    return [];
  }
  const found: WrittenTest[] = [];
  for (const [index, item] of (written as readonly unknown[]).entries()) {
    const at = reading.places.value(written, index) ?? place ?? { file: reading.file };
    if (typeof item === 'string') found.push(...(await testsAt(reading, { written: item, place: at })));
    else if (isMap(item) && typeof item['path'] === 'string') found.push(...(await generatedBy(reading, item, at)));
    else if (isMap(item)) found.push({ fields: await withFiles(reading, item), file: reading.file, place: at });
    else
      reading.say({
        code: 'TESTS_INVALID',
        message: 'A test is a map.',
        hint: 'Write for example {vars: {question: …}, assert: […]}.',
        place: at,
      });
  }
  return found;
}

/** `{path, config}`: a script that makes tests, or a table. */
async function generatedBy(
  reading: PromptfooReading,
  written: Fields,
  place: EvalPlace | undefined,
): Promise<readonly WrittenTest[]> {
  const { path, config } = written;
  if (typeof path !== 'string') {
    reading.say({
      code: 'TESTS_INVALID',
      message: '"tests" is no list and has no "path".',
      hint: 'Give cases, or the path of a file of cases.',
      place,
    });
    return [];
  }
  return testsAt(reading, { written: path, place, config, isTable: true });
}

interface TestFile {
  readonly written: string;
  readonly place: EvalPlace | undefined;
  /** Given to a script that makes the tests. */
  readonly config?: unknown;
  /** Rows of a YAML file are rows of a table then. */
  readonly isTable?: boolean;
}

const elsewhere = /^(?:https?|az|huggingface|s3|gs):\/\//;

async function testsAt(reading: PromptfooReading, request: TestFile): Promise<readonly WrittenTest[]> {
  const { written, place } = request;
  const refuse = (message: string, hint: string): readonly WrittenTest[] => {
    reading.say({ code: 'TESTS_UNSUPPORTED', message, hint, place });
    return [];
  };
  if (elsewhere.test(written))
    return refuse(
      `The tests at "${written}" lie outside of the repository.`,
      'Keep them as .csv, .jsonl or .yaml in the repository, or under DVC.',
    );
  const { path: relative, name } = referenceOf(written);
  if (/\.xlsx?(?:#.*)?$/.test(relative)) return refuse(`"${relative}" is a spreadsheet.`, 'Export it as .csv.');
  const path = pathIn(reading, reading.file, relative, place);
  if (path === undefined) return [];
  if (isForeignScript(path))
    return refuse(
      `"${path}" is a program that makes tests.`,
      'Keep what it makes as .jsonl, or rewrite it in JavaScript or Python.',
    );
  if (isJavaScript(path) || isPython(path)) return madeByScript(reading, { path, name, request });
  const paths = isGlob(path) ? await matching(reading, path, place) : [path];
  const found: (readonly WrittenTest[])[] = [];
  for (const each of paths ?? []) found.push(await testsOfFile(reading, each, request));
  return found.length === 1 ? (found[0] as readonly WrittenTest[]) : found.flat();
}

async function testsOfFile(
  reading: PromptfooReading,
  path: string,
  { place, isTable = false }: TestFile,
): Promise<readonly WrittenTest[]> {
  if (!/\.(?:csv|jsonl|ndjson|json|ya?ml)$/.test(path)) {
    reading.say({
      code: 'TESTS_UNSUPPORTED',
      message: `"${path}" is no file of tests.`,
      hint: 'Use .csv, .jsonl, .json or .yaml.',
      place,
    });
    return [];
  }
  const rows = await readDataFile(reading, path, place);
  if (rows === undefined) return [];
  const asTable = path.endsWith('.csv') || (isTable && /\.ya?ml$/.test(path));
  const lines = /\.(?:csv|jsonl|ndjson)$/.test(path);
  const found: WrittenTest[] = [];
  await inTurn(rows, (row, index) =>
    after(asTable ? testOfRow(reading, row, index) : ofDataFile(reading, row), (fields) => {
      const place = reading.places.of(row) ?? { file: path };
      found.push({ fields, file: path, place, isLine: lines && (asTable || fields === row) });
    }),
  );
  return found;
}

function ofDataFile(reading: PromptfooReading, row: Fields): Awaitable<Fields> {
  const { value } = resolveReferences(reading, row);
  return withFiles(reading, isMap(value) ? value : row);
}

const inFiles = ['assert', 'options', 'metadata'] as const;

/** Parts of a test that lie in a file: `assert: file://checks.yaml`. Variables are read later, and values as they are used. */
const withFiles = (reading: PromptfooReading, fields: Fields): Awaitable<Fields> =>
  inFiles.some((key) => isFile(fields[key])) ? readParts(reading, fields) : fields;

async function readParts(reading: PromptfooReading, fields: Fields): Promise<Fields> {
  const parts = inFiles.filter((key) => isFile(fields[key]));
  const made: Record<string, unknown> = { ...fields };
  for (const key of parts) made[key] = await fileValue(reading, String(fields[key]), reading.places.value(fields, key));
  reading.places.copy(fields, made);
  return made;
}

const isFile = (value: unknown): boolean => typeof value === 'string' && value.startsWith('file://');

interface TestScript {
  readonly path: string;
  readonly name: string | undefined;
  readonly request: TestFile;
}

async function madeByScript(
  reading: PromptfooReading,
  { path, name, request }: TestScript,
): Promise<readonly WrittenTest[]> {
  const { place = { file: path }, config } = request;
  const refuse = (message: string, hint: string): readonly WrittenTest[] => {
    reading.say({ code: 'TESTS_UNSUPPORTED', message, hint, place });
    return [];
  };
  if (reading.scripts === undefined)
    return refuse(`"${path}" makes tests, and no scripts are run here.`, 'Keep what it makes as .jsonl.');
  const script = isPython(path)
    ? await pythonFile(reading, { path, name: name ?? 'generate_tests' }, place)
    : await readScript(reading, { path, name }, place);
  if (script === undefined) return [];
  const { kind: _kind, ...module } = { ...script, args: config === undefined ? [] : [config] };
  const result = await reading.scripts.run({ code: '', variables: {}, module });
  if ('failure' in result) return refuse(`"${path}" failed: ${result.failure}.`, scriptHint(path));
  if (!Array.isArray(result.value) || !result.value.every(isMap))
    return refuse(`"${path}" gave no list of tests.`, 'Return a list of maps.');
  return result.value.map((fields: Fields) => {
    reading.places.noteDeep(fields, { file: path });
    return { fields, file: path, place: { file: path } };
  });
}

/** `vars: people.yaml`, or several: their maps, the later over the earlier. */
export function varsOf(reading: PromptfooReading, fields: Fields, file: string): Awaitable<Fields> {
  const { vars } = fields;
  if (vars === undefined || vars === null) return {};
  return isMap(vars) ? vars : readVars(reading, fields, file);
}

async function readVars(reading: PromptfooReading, fields: Fields, file: string): Promise<Fields> {
  const { vars } = fields;
  const place = reading.places.value(fields, 'vars');
  const globs: readonly unknown[] = Array.isArray(vars) ? vars : [vars];
  const merged: Record<string, unknown> = {};
  for (const glob of globs) {
    if (typeof glob !== 'string') {
      reading.say({
        code: 'TESTS_INVALID',
        message: '"vars" is no map.',
        hint: 'Give names with their values.',
        place,
      });
      continue;
    }
    const path = pathIn(reading, file, glob.replace(/^file:\/\//, ''), place);
    const paths = path === undefined ? [] : isGlob(path) ? ((await matching(reading, path, place)) ?? []) : [path];
    for (const each of paths) {
      const read = await readYamlFile(reading, each, { role: 'data', place });
      if (isMap(read?.value)) Object.assign(merged, read.value);
      else if (read !== undefined)
        reading.say({
          code: 'TESTS_INVALID',
          message: `"${each}" is no map of variables.`,
          hint: 'Give names with their values.',
          place,
        });
    }
  }
  return merged;
}
