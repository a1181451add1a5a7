// `--metric f1=0.9 --param lr=0.1 --tag team=search --artifact model=models/x.onnx`: words of a shell to values.
// A mistyped number is a problem, never a text and never left out.
import type { Problem, Read } from '../formats/problem.ts';
import type { ParamValue } from '../formats/run.ts';
import {
  nameProblem,
  placeProblem,
  textProblem,
  type LoggedArtifact,
  type LoggedMetric,
  type LoggedValues,
} from './logged-run.ts';

export interface ValueFlags {
  readonly metric: readonly string[];
  readonly param: readonly string[];
  readonly tag: readonly string[];
  readonly artifact: readonly string[];
  readonly data: readonly string[];
  readonly step?: number;
}

export function readValueFlags(flags: ValueFlags): Read<LoggedValues> {
  const problems: Problem[] = [];
  const pairs = <T extends ParamValue>(
    flag: string,
    texts: readonly string[],
    read: (text: string, name: string) => T | undefined,
  ) => readPairs({ flag, texts, problems }, read);
  const metrics = pairs('--metric', flags.metric, (text, name) => {
    const value = metricNumber(text);
    if (value === undefined) problems.push(noNumber(name, text));
    return value;
  });
  const params = pairs('--param', flags.param, (text) => paramValue(text));
  const tags = pairs('--tag', flags.tag, (text) => text);
  const artifacts = artifactsOf(flags.artifact, problems);
  for (const path of flags.data) {
    const problem = placeProblem(path, '--data');
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length > 0) return { problems };
  const value: LoggedValues = {
    metrics: metrics.map(([name, value]): LoggedMetric => ({
      name,
      value,
      ...(flags.step !== undefined && { step: flags.step }),
    })),
    params: Object.fromEntries(params),
    tags: Object.fromEntries(tags),
    artifacts,
    data: flags.data,
  };
  return { value, problems };
}

interface Texts {
  readonly flag: string;
  readonly texts: readonly string[];
  readonly problems: Problem[];
}

function readPairs<T extends ParamValue>(
  { flag, texts, problems }: Texts,
  read: (text: string, name: string) => T | undefined,
): readonly (readonly [string, T])[] {
  const seen = new Set<string>();
  const pairs: (readonly [string, T])[] = [];
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    const wrong =
      at < 0 ? noPair(flag, text) : (nameProblem(name, flag) ?? (seen.has(name) ? twice(flag, name) : undefined));
    if (wrong !== undefined) {
      problems.push(wrong);
      continue;
    }
    seen.add(name);
    const value = read(text.slice(at + 1), name);
    const tooLong = value === undefined ? undefined : textProblem(name, value, flag);
    if (tooLong !== undefined) problems.push(tooLong);
    if (value !== undefined) pairs.push([name, value]);
  }
  return pairs;
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** As Python, JavaScript and C print numbers. Undefined when it is none. */
function metricNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (decimal.test(trimmed)) return Number(trimmed);
  if (/^[+-]?nan$/i.test(trimmed)) return Number.NaN;
  if (/^\+?inf(?:inity)?$/i.test(trimmed)) return Number.POSITIVE_INFINITY;
  if (/^-inf(?:inity)?$/i.test(trimmed)) return Number.NEGATIVE_INFINITY;
  return undefined;
}

/** Numbers and booleans become what they say, so that `params.lr < 0.01` can be asked; what would lose digits stays text. */
function paramValue(text: string): ParamValue {
  if (text === 'true' || text === 'false') return text === 'true';
  const value = Number(text);
  const isNumber = decimal.test(text) && Number.isFinite(value) && !/^[+-]?0\d/.test(text);
  return isNumber && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? value : text;
}

function artifactsOf(texts: readonly string[], problems: Problem[]): readonly LoggedArtifact[] {
  const artifacts: LoggedArtifact[] = [];
  for (const text of texts) {
    const read = readArtifact(text);
    if ('code' in read) problems.push(read);
    else if (artifacts.some(({ name }) => name === read.name)) problems.push(twice('--artifact', read.name));
    else artifacts.push(read);
  }
  return artifacts;
}

const digestAtEnd = /^(?<uri>.+)@(?<digest>sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}(?:\.dir)?)$/;

/** `s3://bucket/key@sha256:…`: an address whose content is known. */
export function pinnedAddress(text: string): { readonly uri: string; readonly digest: string } | undefined {
  const { uri, digest } = digestAtEnd.exec(text)?.groups ?? {};
  return uri === undefined || digest === undefined ? undefined : { uri, digest };
}

export const isAddress = (text: string): boolean => /^[a-z][a-z0-9+.-]+:(?!\\)/i.test(text);

/** `models/x.onnx`, `model=models/x.onnx` or `model=s3://bucket/x.onnx@sha256:…`. */
function readArtifact(text: string): LoggedArtifact | Problem {
  const at = text.indexOf('=');
  const named = at > 0 && !isAddress(text.slice(0, at));
  const name = at === 0 ? '' : named ? text.slice(0, at) : text;
  const place = at < 0 ? text : named || at === 0 ? text.slice(at + 1) : text;
  const wrong = placeProblem(name, '--artifact') ?? placeProblem(place, `--artifact ${name}`);
  if (wrong !== undefined) return wrong;
  if (!isAddress(place)) return { name, path: place };
  const pinned = pinnedAddress(place);
  return pinned === undefined ? unpinned('--artifact', place) : { name: named ? name : pinned.uri, ...pinned };
}

export const unpinned = (flag: string, address: string): Problem => ({
  code: 'RUN_ADDRESS_UNPINNED',
  severity: 'error',
  message: `${flag}: nothing says what lies at ${address}.`,
  hint: `Add its digest, ${address}@sha256:<64 hex digits>; or name the local file, whose digest is taken.`,
});

const noPair = (flag: string, text: string): Problem => ({
  code: 'RUN_FLAG_INVALID',
  severity: 'error',
  message: `${flag}: "${text}" has no "=".`,
  hint: `Write ${flag} NAME=VALUE.`,
});

const twice = (flag: string, name: string): Problem => ({
  code: 'RUN_FLAG_TWICE',
  severity: 'error',
  message: `${flag}: "${name}" is given twice.`,
  hint: 'Give each name once; the values of a metric over time are logged with --step, one call each.',
});

const noNumber = (name: string, text: string): Problem => ({
  code: 'RUN_METRIC_NO_NUMBER',
  severity: 'error',
  message: `--metric: "${name}" is "${text}", which is no number.`,
  hint: 'Write a number such as 0.93 or 1e-4, or nan; text goes into --param or --tag.',
});
