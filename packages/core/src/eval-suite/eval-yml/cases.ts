// The cases of an `*.eval.yml`: written in it, or rows of a file, whose fields are variables or whole cases.
import type { Assertion, AssertionSet, EvalCase } from '../../formats/eval-suite.ts';
import { EvalYmlCase, type EvalYml } from '../../formats/eval-yml.ts';
import { namedByField, nameCases, type Nameable } from '../case-ids.ts';
import type { AssertionReader } from '../promptfoo/assertions.ts';
import { caseLimit } from '../promptfoo/expand.ts';
import type { PromptfooReading } from '../promptfoo/promptfoo-reading.ts';
import { varFiles } from '../promptfoo/var-files.ts';
import { checkNamedFields } from '../named-fields.ts';
import { checkKeys, fieldText, isMap, pathIn, type Fields } from '../reading.ts';
import { readDataFile } from '../rows.ts';
import { assertionsOfScorers } from './scorers.ts';

export interface EvalCasesRequest {
  readonly written: EvalYml;
  readonly scorers: AssertionReader;
  /** Labels that cases may be restricted to. */
  readonly names: { readonly prompts: readonly string[]; readonly providers: readonly string[] };
}

/** Asked for when a case is read: most suites are written in another way. */
const caseKeys = (): readonly string[] => Object.keys(EvalYmlCase.shape);

export async function readEvalCases(
  reading: PromptfooReading,
  suite: Fields,
  request: EvalCasesRequest,
): Promise<readonly EvalCase[]> {
  const { written, scorers } = request;
  const rows = await rowsOf(reading, suite);
  if (rows === undefined) return [];
  if (rows.length === 0)
    reading.say({
      code: 'SUITE_WITHOUT_CASES',
      message: 'The suite has no cases, so nothing could be wrong.',
      hint: 'Add cases.',
      place: reading.places.key(suite, 'cases'),
    });
  if (rows.length > caseLimit) {
    reading.say({
      code: 'TOO_MANY_CASES',
      message: `The suite has ${rows.length} cases; the limit is ${caseLimit}.`,
      hint: 'Take a sample of them.',
      place: reading.places.key(suite, 'cases'),
    });
    return [];
  }
  checkCuts(reading, suite, { rows, written });
  const shared = await assertionsOfScorers(reading, suite, scorers);
  const ids = idsOf(reading, rows, written);
  const files = varFiles(reading, undefined);
  const cases: EvalCase[] = [];
  for (const [index, row] of rows.entries()) {
    const one = await caseOf(reading, row, { request, shared });
    const vars = await files.load(one.vars, one.place, row.vars);
    if (vars !== undefined) cases.push({ id: ids[index] ?? '', ...one, vars });
  }
  return cases;
}

/** A case may be of a cluster by itself; a variable that nobody has would make cases independent that are not. */
function checkCuts(
  reading: PromptfooReading,
  suite: Fields,
  { rows, written }: { readonly rows: readonly Row[]; readonly written: EvalYml },
): void {
  const { id, cluster } = written;
  const vars = rows.map((row) => row.vars);
  const given = rows.map(({ fields, vars: own }) => (isMap(fields['slices']) ? { ...own, ...fields['slices'] } : own));
  const named = (key: string, of: readonly Fields[], names: readonly string[]): void =>
    checkNamedFields(reading, of, { names, key, place: reading.places.value(suite, key) });
  named('slices', given, written.slices ?? []);
  if (id !== undefined && !rows.some(({ fields }) => fieldText(fields, 'id') !== undefined)) named('id', vars, [id]);
  if (cluster !== undefined && !rows.some(({ fields }) => fieldText(fields, 'cluster') !== undefined))
    named('cluster', vars, [cluster]);
}

interface Row {
  readonly vars: Fields;
  /** The whole case, where it is more than variables. */
  readonly fields: Fields;
}

async function rowsOf(reading: PromptfooReading, suite: Fields): Promise<readonly Row[] | undefined> {
  const { cases } = suite;
  if (Array.isArray(cases))
    return cases.filter(isMap).map((fields) => ({ fields, vars: isMap(fields['vars']) ? fields['vars'] : {} }));
  const place = reading.places.value(suite, 'cases');
  const path = typeof cases === 'string' ? pathIn(reading, reading.file, cases, place) : undefined;
  if (path === undefined) return undefined;
  const rows = await readDataFile(reading, path, place);
  return rows?.map((fields) => {
    const { vars } = fields;
    if (!isMap(vars) || path.endsWith('.csv')) return { fields: {}, vars: fields };
    checkKeys(reading, fields, { known: caseKeys(), what: 'a case' });
    return { fields, vars };
  });
}

/** A field that is asked for must name every case; else a case is called as it says, or by what it is. */
function idsOf(reading: PromptfooReading, rows: readonly Row[], { id }: EvalYml): readonly string[] {
  const named = rows.map(({ vars, fields }) => {
    const own = fieldText(fields, 'id') ?? fieldText(vars, id ?? 'id');
    const row = own === undefined ? {} : { id: own };
    reading.places.copy(Object.keys(fields).length > 0 ? fields : vars, row);
    return row;
  });
  if (named.some((row) => 'id' in row))
    return namedByField(reading, named, { id: 'id', file: reading.file }).map((row) => row.id);
  return nameCases(
    rows.map(({ vars, fields }): Nameable => {
      const { description } = fields;
      return { content: vars, ...(typeof description === 'string' && { description }) };
    }),
  );
}

interface Shared {
  readonly request: EvalCasesRequest;
  readonly shared: readonly (Assertion | AssertionSet)[];
}

async function caseOf(
  reading: PromptfooReading,
  { vars, fields }: Row,
  { request, shared }: Shared,
): Promise<Omit<EvalCase, 'id'>> {
  const { written, scorers, names } = request;
  const own = await assertionsOfScorers(reading, fields, scorers);
  const taken = (written.slices ?? []).map((name): [string, string] => [name, fieldText(vars, name) ?? '(none)']);
  const given = isMap(fields['slices']) ? fields['slices'] : {};
  const cluster =
    fieldText(fields, 'cluster') ?? (written.cluster === undefined ? undefined : fieldText(vars, written.cluster));
  const description = fieldText(fields, 'description');
  const conversation = fieldText(fields, 'conversation');
  const { threshold, repeats, output } = fields;
  const prompts = restriction(reading, fields, { key: 'prompts', labels: names.prompts });
  const providers = restriction(reading, fields, { key: 'providers', labels: names.providers });
  return {
    ...(description !== undefined && { description }),
    vars,
    assertions: [...shared, ...own],
    ...(typeof threshold === 'number' && { threshold }),
    metadata: isMap(fields['metadata']) ? fields['metadata'] : {},
    slices: { ...Object.fromEntries(taken), ...(given as Record<string, string>) },
    ...(cluster !== undefined && { cluster }),
    ...(prompts !== undefined && { prompts }),
    ...(providers !== undefined && { providers }),
    ...(typeof repeats === 'number' && { repeats }),
    ...(output !== undefined && { output }),
    ...(conversation !== undefined && { conversation }),
    place: reading.places.of(fields) ?? reading.places.of(vars) ?? { file: reading.file },
  };
}

function restriction(
  reading: PromptfooReading,
  fields: Fields,
  { key, labels }: { key: string; labels: readonly string[] },
): readonly string[] | undefined {
  const written = fields[key];
  if (!Array.isArray(written)) return undefined;
  for (const name of written as readonly unknown[])
    if (!labels.includes(String(name)))
      reading.say({
        code: 'FILTER_FITS_NOTHING',
        message: `"${String(name)}" is none of the ${key}.`,
        hint: `Known here: ${labels.join(', ')}.`,
        place: reading.places.value(fields, key),
      });
  return (written as readonly unknown[]).map(String);
}
