// `.pawl/run.json`: a whole run in one file that any language writes with its own JSON writer. `pawl.run-drop/1`.
// It is strict: a mistyped key would be a metric that silently never arrives.
import * as z from 'zod/mini';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import { parseYaml, readYaml, type YamlSource } from '../formats/read-yaml.ts';
import { LoggedKind, metricFacts, RunStatus } from './entry.ts';
import { isAddress, pinnedAddress, unpinned } from './flags.ts';
import { problemsOfValues, nameProblem, type LoggedArtifact, type LoggedMetric, type LoggedRun } from './logged-run.ts';

export const runDropSchema = 'pawl.run-drop/1';
/** Where `pawl run log` looks when it is told nothing. */
export const runDropPath = '.pawl/run.json';

/** Python's json.dump writes NaN and Infinity bare, which is no JSON and is read all the same. */
const DropNumber = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

/** ISO 8601 with its zone, or seconds since 1970 as `time.time()` gives them. */
const DropTime = z.union([
  z.string().check(
    z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/, {
      error: 'expected an ISO 8601 time with its zone, such as 2026-11-21T08:30:00Z',
    }),
  ),
  z.number().check(z.gte(0), z.lte(100_000_000_000)),
]);

const DropMetric = z.strictObject({
  value: DropNumber,
  step: z.optional(z.number()),
  at: z.optional(DropTime),
  ...metricFacts,
});

const DropPoints = z.union([DropNumber, DropMetric, z.array(DropMetric)], {
  error: 'expected a number, {"value": …}, or a list of {"step": …, "value": …}',
});

const DropParam = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'expected a text, a number, a boolean or null; nested values are params of their own, such as "model.layers"',
});

const DropArtifact = z.union([
  z.string(),
  z.strictObject({
    name: z.optional(z.string()),
    path: z.optional(z.string()),
    uri: z.optional(z.string()),
    digest: z.optional(z.string()),
    bytes: z.optional(z.number()),
  }),
]);

export const RunDrop = z.strictObject({
  schema: z.literal(runDropSchema),
  kind: z._default(LoggedKind, 'training'),
  name: z.string(),
  status: z._default(RunStatus, 'finished'),
  startedAt: z.optional(DropTime),
  endedAt: z.optional(DropTime),
  params: z._default(z.record(z.string(), DropParam), {}),
  /** A number, an object with what is known about it, or a list of such objects with their steps. */
  metrics: z._default(z.record(z.string(), DropPoints), {}),
  tags: z._default(z.record(z.string(), z.string()), {}),
  artifacts: z._default(z.array(DropArtifact), []),
  data: z._default(z.array(z.string()), []),
  environment: z.optional(z.record(z.string(), z.string())),
});
export type RunDrop = z.infer<typeof RunDrop>;

/** @param isoTime ISO 8601 in UTC of one, or of seconds since 1970; core knows no calendar */
export function readRunDrop(
  source: YamlSource,
  isoTime: (time: string | number) => string | undefined,
): Read<LoggedRun> {
  const read = readJson(source);
  if (read.value === undefined) return { problems: read.problems };
  const drop = read.value;
  const problems: Problem[] = [...read.problems];
  const say = (problem: Problem | undefined, ...path: readonly PropertyKey[]): void => {
    if (problem !== undefined) problems.push({ ...problem, ...placeIn(source, path) });
  };
  const time = (at: string | number | undefined, key: string): string | undefined => {
    if (at === undefined) return undefined;
    const iso = isoTime(at);
    if (iso === undefined) say(noTime(key, at), ...key.split('.'));
    return iso;
  };
  say(nameProblem(drop.name, '"name"'), 'name');
  const startedAt = time(drop.startedAt, 'startedAt');
  const endedAt = time(drop.endedAt, 'endedAt');
  const metrics = Object.entries(drop.metrics).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [typeof given === 'object' ? given : { value: given }]).map(
      ({ value, at, ...facts }): LoggedMetric => {
        const iso = time(at, `metrics.${name}`);
        return { ...facts, name, value: Number(value), ...(iso !== undefined && { at: iso }) };
      },
    ),
  );
  const artifacts = drop.artifacts.flatMap((given, index) => {
    const artifact = artifactOf(given, index);
    if (!('code' in artifact)) return [artifact];
    say(artifact, 'artifacts', index);
    return [];
  });
  const { kind, name, status, params, tags, data, environment } = drop;
  const values = { metrics, params, tags, artifacts, data };
  for (const problem of problemsOfValues(values)) say(problem);
  if (hasErrors(problems)) return { problems };
  return {
    value: {
      kind,
      name,
      status,
      ...values,
      ...(startedAt !== undefined && { startedAt }),
      ...(endedAt !== undefined && { endedAt }),
      ...(environment !== undefined && { environment }),
    },
    problems,
  };
}

/** JSON is read as such, which is quick; the reader of YAML takes what is not quite JSON, and knows the places of mistakes. */
function readJson(source: YamlSource): Read<RunDrop> {
  try {
    const checked = RunDrop.safeParse(JSON.parse(source.text));
    if (checked.success) return { value: checked.data, problems: [] };
  } catch {
    // Told below, with its line.
  }
  return readYaml(source, RunDrop, 'RUN_DROP');
}

function placeIn(source: YamlSource, path: readonly PropertyKey[]): Pick<Problem, 'file' | 'line' | 'column'> {
  return parseYaml(source, 'RUN_DROP').value?.place(path) ?? { file: source.file };
}

function artifactOf(given: z.infer<typeof DropArtifact>, index: number): LoggedArtifact | Problem {
  const { name, path, uri, digest, bytes } = typeof given === 'string' ? placeOf(given) : given;
  const where = `"artifacts.${index}"`;
  if (path !== undefined && uri === undefined) return { name: name ?? path, path };
  if (path !== undefined || uri === undefined) {
    return {
      code: 'RUN_DROP_ARTIFACT',
      severity: 'error',
      message: `${where}: give either "path" or "uri".`,
      hint: 'A path is a file here, whose digest is taken; an uri goes with its "digest".',
    };
  }
  const pinned = digest === undefined ? pinnedAddress(uri) : { uri, digest };
  if (pinned === undefined) return unpinned(where, uri);
  return { name: name ?? pinned.uri, ...pinned, ...(bytes !== undefined && { bytes }) };
}

interface ArtifactPlace {
  readonly name?: string;
  readonly path?: string;
  readonly uri?: string;
  readonly digest?: string;
  readonly bytes?: number;
}

const placeOf = (text: string): ArtifactPlace => (isAddress(text) ? { uri: text } : { path: text });

const noTime = (key: string, at: string | number): Problem => ({
  code: 'RUN_DROP_TIME',
  severity: 'error',
  message: `"${key}": ${JSON.stringify(at)} is no time.`,
  hint: 'Write seconds since 1970, or ISO 8601 with its zone.',
});
