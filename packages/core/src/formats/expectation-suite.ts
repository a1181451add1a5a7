// `*.expect.yml`, and Great Expectations' suite JSON (1.x, and the older key names): one inner representation.
import * as z from 'zod/mini';
import { didYouMean } from './did-you-mean.ts';
import {
  expectationArguments,
  expectationTypes,
  Severity,
  type Expectation,
  type ExpectationType,
} from './expectation-types.ts';
import { hasErrors, type Problem, type Read } from './problem.ts';
import { parseYaml, readYaml, type YamlSource } from './read-yaml.ts';

export interface ExpectationSuite {
  readonly name: string;
  /** Data file or glob it is meant for, from the root of the repository. */
  readonly data?: string;
  /** Where that is written. */
  readonly dataPlace?: Pick<Problem, 'file' | 'line' | 'column'>;
  readonly expectations: readonly Expectation[];
}

const common = {
  severity: z.optional(Severity),
  id: z.optional(z.string()),
  notes: z.optional(z.string()),
  description: z.optional(z.string()),
};

const ownShape = <T extends ExpectationType>(type: T) =>
  z.strictObject({ type: z.literal(type), ...expectationArguments[type], ...common });

/** The published shape of `*.expect.yml`. */
export const ExpectationSuiteFile = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(200)),
  data: z.optional(z.string()),
  notes: z.optional(z.string()),
  expectations: z.array(z.union(expectationTypes.map(ownShape) as unknown as [z.ZodMiniObject, ...z.ZodMiniObject[]])),
});

/** Arguments that change how Great Expectations reports, never what it judges. */
const ignoredArguments = {
  result_format: z.optional(z.unknown()),
  include_config: z.optional(z.unknown()),
  catch_exceptions: z.optional(z.unknown()),
  batch_id: z.optional(z.unknown()),
  meta: z.optional(z.unknown()),
  severity: z.optional(z.nullable(z.string())),
  row_condition: z.optional(z.null()),
  condition_parser: z.optional(z.unknown()),
};

const foreignShape = (type: ExpectationType) =>
  z.looseObject({ kwargs: z.strictObject({ ...expectationArguments[type], ...ignoredArguments }) });

const Outline = z.looseObject({
  name: z.optional(z.string()),
  expectation_suite_name: z.optional(z.string()),
  meta: z.optional(z.nullable(z.looseObject({ great_expectations_version: z.optional(z.unknown()) }))),
  expectations: z.array(
    z.looseObject({
      type: z.optional(z.string()),
      expectation_type: z.optional(z.string()),
      kwargs: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
});
type Outline = z.infer<typeof Outline>;

/** Every problem of the file at once, each with its line; a value only when there is no error. */
export function readExpectationSuite(source: YamlSource): Read<ExpectationSuite> {
  const outline = readYaml(source, Outline, 'SUITE');
  const place = parseYaml(source, 'SUITE').value?.place;
  if (outline.value === undefined || place === undefined) return { problems: outline.problems };
  const foreign = isForeign(outline.value);
  const types = outline.value.expectations.map(({ type, expectation_type }) => type ?? expectation_type);
  const problems = types.flatMap((type, index) => unknownType(type, place(['expectations', index, 'type'])));
  const read = readYaml(source, exactShape(types, foreign), 'SUITE');
  problems.push(...read.problems);
  if (outline.value.expectations.length === 0) {
    problems.push({
      code: 'SUITE_EMPTY',
      severity: 'error',
      message: 'The suite holds no expectation, so nothing could be judged.',
      hint: 'Add one, for example expect_column_values_to_not_be_null.',
      ...place(['expectations']),
    });
  }
  if (read.value === undefined || hasErrors(problems)) return { problems };
  const expectations = (read.value as Outline).expectations.map((written, index) => {
    const at = place(['expectations', index]);
    return toExpectation(written, types[index] as ExpectationType, at);
  });
  problems.push(...expectations.flatMap((expectation) => missingBound(expectation, source.file)));
  if (hasErrors(problems)) return { problems };
  const { name, expectation_suite_name, data } = read.value as Outline & { data?: string };
  return {
    value: {
      name: name ?? expectation_suite_name ?? fileStem(source.file),
      ...(typeof data === 'string' && { data, dataPlace: place(['data']) }),
      expectations,
    },
    problems,
  };
}

const isForeign = ({ expectation_suite_name, meta, expectations }: Outline): boolean =>
  expectation_suite_name !== undefined ||
  meta?.great_expectations_version !== undefined ||
  expectations.some(({ kwargs, expectation_type }) => kwargs !== undefined || expectation_type !== undefined);

/** One schema per entry, in order, so that each problem is about the type that was written. */
function exactShape(types: readonly (string | undefined)[], foreign: boolean): z.ZodMiniType {
  const entries = types.map((type) => {
    if (!isKnown(type)) return z.looseObject({});
    return foreign ? foreignShape(type) : (ownShape(type) as z.ZodMiniType);
  });
  const expectations = z.tuple(entries as [z.ZodMiniType, ...z.ZodMiniType[]]);
  return foreign ? z.looseObject({ expectations }) : z.strictObject({ ...ExpectationSuiteFile.shape, expectations });
}

const isKnown = (type: string | undefined): type is ExpectationType =>
  type !== undefined && Object.hasOwn(expectationArguments, type);

function unknownType(type: string | undefined, place: { file: string; line?: number; column?: number }): Problem[] {
  if (isKnown(type)) return [];
  const hint =
    type === undefined
      ? 'Add "type" with the name of an expectation.'
      : `${capital(didYouMean(type, expectationTypes))}.`;
  return [
    {
      code: 'SUITE_UNKNOWN_TYPE',
      severity: 'error',
      message: type === undefined ? 'An expectation has no type.' : `There is no expectation "${type}" here.`,
      hint: hint.replace('?.', '?'),
      ...place,
    },
  ];
}

type Written = Outline['expectations'][number];

function toExpectation(written: Written, type: ExpectationType, at: { line?: number; column?: number }): Expectation {
  const given = written.kwargs ?? written;
  const known = Object.keys(expectationArguments[type]);
  const { id, notes, description } = written;
  const words = [notes, description].find((text) => typeof text === 'string' && text !== '');
  return {
    type,
    arguments: Object.fromEntries(known.filter((key) => (given[key] ?? null) !== null).map((key) => [key, given[key]])),
    severity: severityOf(written),
    ...(typeof id === 'string' && { id }),
    ...(typeof words === 'string' && { notes: words }),
    ...(at.line !== undefined && { line: at.line }),
    ...(at.column !== undefined && { lineColumn: at.column }),
  } as Expectation;
}

/** Great Expectations keeps it beside `type`; older and hand-written suites in `kwargs` or `meta`. Its `info` never fails. */
function severityOf({ severity, kwargs, meta }: Written): Severity {
  const inMeta = typeof meta === 'object' && meta !== null && 'severity' in meta ? meta.severity : undefined;
  const written = [severity, kwargs?.['severity'], inMeta].find((value) => typeof value === 'string');
  return written === undefined || written === 'critical' ? 'critical' : 'warning';
}

/** "Between" without either end is true of anything: a mistake, as in Great Expectations. */
function missingBound(expectation: Expectation, file: string): Problem[] {
  if (!expectation.type.endsWith('_to_be_between')) return [];
  if ('min_value' in expectation.arguments || 'max_value' in expectation.arguments) return [];
  return [
    {
      code: 'SUITE_NO_BOUND',
      severity: 'error',
      message: `${expectation.type} has neither min_value nor max_value.`,
      hint: 'Give at least one of them.',
      file,
      ...(expectation.line !== undefined && { line: expectation.line }),
      ...(expectation.lineColumn !== undefined && { column: expectation.lineColumn }),
    },
  ];
}

const fileStem = (path: string): string => (path.split('/').at(-1) ?? path).replace(/(\.expect)?\.\w+$/, '');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
