// YAML (and so JSON) text to a checked value. Every problem names file, line and column.
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node, type YAMLError } from 'yaml';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { didYouMean, nearest } from './did-you-mean.ts';
import { hasErrors, type Problem, type Read } from './problem.ts';

/** Larger files are data, not configuration; reading them as YAML would only be slow. */
const sizeLimit = 8_000_000;

const english = en().localeError;

export interface YamlSource {
  readonly text: string;
  /** Path from the root of the repository, for messages. */
  readonly file: string;
}

/**
 * @param codePrefix first word of the problems' codes: `SUITE` gives `SUITE_UNKNOWN_KEY`
 * @returns the value, checked and with defaults, or problems
 */
export function readYaml<S extends z.ZodMiniType>(
  source: YamlSource,
  schema: S,
  codePrefix: string,
): Read<z.output<S>> {
  const parsed = parseYaml(source, codePrefix);
  if (parsed.value === undefined) return { problems: parsed.problems };
  const { document, place } = parsed.value;
  const plain = plainValue(document);
  if (plain === undefined) {
    return {
      problems: [
        {
          code: `${codePrefix}_NOT_YAML`,
          severity: 'error',
          message: 'Its aliases multiply without end, or name no anchor.',
          hint: 'Write the values out, or use fewer aliases.',
          file: source.file,
        },
      ],
    };
  }
  const checked = schema.safeParse(plain.value ?? {}, { error: english });
  if (checked.success) return { value: checked.data, problems: parsed.problems };
  const issues = withoutEchoes(checked.error.issues, schema);
  const problems = issues.flatMap((issue) => problemsOf(issue, schema, document, place, codePrefix));
  return { problems: [...parsed.problems, ...problems] };
}

/** Undefined when aliases would exhaust memory: the parser throws then, and a file must never stop the run. */
function plainValue(document: Document.Parsed): { value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch {
    return undefined;
  }
}

type Place = (path: readonly PropertyKey[], key?: string) => { file: string; line?: number; column?: number };

/** The document with its source ranges, for readers that check by hand what a schema cannot say. */
export function parseYaml(source: YamlSource, codePrefix: string): Read<{ document: Document.Parsed; place: Place }> {
  const { text, file } = source;
  if (text.length > sizeLimit) {
    return {
      problems: [
        {
          code: `${codePrefix}_TOO_LARGE`,
          severity: 'error',
          message: `The file has ${text.length} characters; the limit is ${sizeLimit}.`,
          hint: 'Move data out of it, into a data file.',
          file,
        },
      ],
    };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, strict: true });
  const problems: Problem[] = [
    ...firstMistake(document.errors).map((error) => ({ error, severity: 'error' as const })),
    ...document.warnings.map((error) => ({ error, severity: 'warning' as const })),
  ].map(({ error, severity }) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      code: `${codePrefix}_NOT_YAML`,
      severity,
      ...(error.code === 'RESOURCE_EXHAUSTION'
        ? { message: 'It is nested too deeply.', hint: 'Write it with fewer levels.' }
        : {
            message: `This is not valid YAML: ${error.message}.`.replace('..', '.'),
            hint: 'Check indentation, quotes and colons near this place.',
          }),
      file,
      line,
      column: col,
    };
  });
  if (hasErrors(problems)) return { problems };
  const place: Place = (path, key) => {
    const node = nodeAt(document, path, key);
    const offset = node?.range?.[0];
    if (offset === undefined) return { file };
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  return { value: { document, place }, problems };
}

/** One bracket that is never closed makes the parser stumble at every later line; only what it met first helps. */
function firstMistake(errors: readonly YAMLError[]): readonly YAMLError[] {
  const first = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  return errors.filter((error) => error === first || error.code === 'DUPLICATE_KEY');
}

/** A mistyped key is one mistake, and not also a missing one. */
function withoutEchoes(issues: readonly z.core.$ZodIssue[], schema: z.ZodMiniType): readonly z.core.$ZodIssue[] {
  const meant = new Set(
    issues.flatMap((issue) => {
      if (issue.code !== 'unrecognized_keys') return [];
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key) => pathText([...issue.path, nearest(key, known) ?? key]));
    }),
  );
  return issues.filter(
    (issue) => issue.code !== 'invalid_type' || issue.input !== undefined || !meant.has(pathText(issue.path)),
  );
}

const pathText = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

/** The node at a path, or the nearest one above it; with `key`, the key itself instead of its value. */
function nodeAt(document: Document.Parsed, path: readonly PropertyKey[], key?: string): Node | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    if (length === path.length && key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair !== undefined && isNode(pair.key)) return pair.key;
    }
    return node;
  }
  return undefined;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'range' in value;

function problemsOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodMiniType,
  document: Document.Parsed,
  place: Place,
  prefix: string,
): Problem[] {
  const at = issue.path.length === 0 ? 'the top level' : `"${issue.path.map(String).join('.')}"`;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => ({
      code: `${prefix}_UNKNOWN_KEY`,
      severity: 'error',
      message: `Unknown key "${key}" at ${at}.`,
      hint: sentence(didYouMean(key, known)),
      ...place(issue.path, key),
    }));
  }
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.map((branch) =>
      branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
    );
    const closest = branches.toSorted((a, b) => a.length - b.length || depth(b) - depth(a))[0];
    if (closest !== undefined && closest.length > 0 && depth(closest) > issue.path.length) {
      return closest.flatMap((inner) => problemsOf(inner as z.core.$ZodIssue, schema, document, place, prefix));
    }
  }
  const missing =
    issue.code === 'invalid_type' && issue.input === undefined && document.getIn(issue.path) === undefined;
  if (missing) {
    return [
      {
        code: `${prefix}_MISSING_KEY`,
        severity: 'error',
        message: `${at} is missing.`,
        hint: `Add ${at}.`,
        ...place(issue.path.slice(0, -1)),
      },
    ];
  }
  return [
    {
      code: `${prefix}_INVALID`,
      severity: 'error',
      message: `${at}: ${issue.message.replace(/^Invalid input: /, '')}.`,
      hint: expectation(issue),
      ...place(issue.path),
    },
  ];
}

const depth = (issues: readonly { path: readonly PropertyKey[] }[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length));
const sentence = (text: string): string =>
  text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('?') ? '' : '.');

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return `Give ${issue.expected === 'array' ? 'a list' : `a value of type ${issue.expected}`}.`;
  if (issue.code === 'invalid_value') return `Use one of: ${issue.values.map(String).join(', ')}.`;
  return 'Correct the value.';
}

/** The keys a schema knows at a path; through optional, default, arrays, records and unions. */
function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const def = schema._zod.def as {
    type: string;
    innerType?: z.core.$ZodType;
    shape?: Record<string, z.core.$ZodType>;
    element?: z.core.$ZodType;
    items?: z.core.$ZodType[];
    valueType?: z.core.$ZodType;
    options?: z.core.$ZodType[];
    in?: z.core.$ZodType;
  };
  if (def.innerType !== undefined) return knownKeys(def.innerType, path);
  if (def.type === 'pipe' && def.in !== undefined) return knownKeys(def.in, path);
  if (def.options !== undefined) return [...new Set(def.options.flatMap((option) => knownKeys(option, path)))];
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(def.shape ?? {});
  const next = def.shape?.[String(step)] ?? def.items?.[Number(step)] ?? def.element ?? def.valueType;
  return next === undefined ? [] : knownKeys(next, rest);
}
