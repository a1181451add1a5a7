// Runs logged from TypeScript and JavaScript: `startRun` for a run that lasts, `logRun` for one that is over.
import { resolve } from 'node:path';
import { hasErrors, type ParamValue, type Problem, type Read } from '@pawl/core';
import {
  nothingLogged,
  pinnedAddress,
  plainParam,
  isAddress,
  problemsOfValues,
  unpinned,
  type LoggedArtifact,
  type LoggedKind,
  type LoggedMetric,
  type LoggedRun,
  type LoggedValues,
  type LogEntry,
  type RunStatus,
} from '@pawl/core/tracking';
import { openWorld, type World } from '@pawl/wiring';
import { entriesOf, metricEntry } from './entries.ts';
import { TrackingError } from './errors.ts';
import { logOnce, type Logged } from './log-once.ts';
import { openRunFiles } from './open-run-files.ts';
import { beginRun, endRun } from './open-runs.ts';

/** A path here, `s3://…@sha256:…`, or either under a name. */
export type ArtifactRequest = string | LoggedArtifact;

export interface RunRequest {
  readonly name: string;
  /** Default `training`. */
  readonly kind?: LoggedKind;
  readonly params?: Readonly<Record<string, ParamValue>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly artifacts?: readonly ArtifactRequest[];
  /** Files, folders, globs, `.dvc` files, or addresses with their digest. */
  readonly data?: readonly string[];
  /** Added to what is found out about machine and packages. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A folder of the repository; paths are relative to it. Default: the current folder. */
  readonly root?: string;
  /** Keeps uncommitted changes to tracked files with the run. Default: true. */
  readonly diff?: boolean;
  /** Where PATH, HOME and Git's settings come from. Default: the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface OneShotRequest extends RunRequest {
  /** A number, or a metric's points with their steps. */
  readonly metrics?: Readonly<Record<string, number | readonly Omit<LoggedMetric, 'name'>[]>>;
  readonly status?: RunStatus;
}

export type MetricOptions = Omit<LoggedMetric, 'name' | 'value'>;

/** Left by `await using` before `end` was called, the run ends as failed: something threw on the way there. */
export interface TrackedRun extends AsyncDisposable {
  readonly id: string;
  /** Written before it returns: what was logged survives the process. @throws TrackingError */
  metric(name: string, value: number, options?: MetricOptions): void;
  /** @throws TrackingError */
  param(name: string, value: ParamValue): void;
  /** @throws TrackingError */
  tag(name: string, value: string): void;
  /** Takes the file's digest. @throws TrackingError when there is no such file */
  artifact(artifact: ArtifactRequest): Promise<void>;
  /** @throws TrackingError when there is no such file */
  data(path: string): Promise<void>;
  /** Stores the run; a second call answers what the first one did. @throws TrackingError when another process has ended it */
  end(options?: { readonly status?: RunStatus }): Promise<Logged>;
}

/** @throws TrackingError for what the request says wrongly; HistoryError outside a Git repository */
export async function logRun(request: OneShotRequest): Promise<Logged> {
  const metrics = Object.entries(request.metrics ?? {}).flatMap(([name, given]) =>
    typeof given === 'number' ? [{ name, value: given }] : given.map((point) => ({ ...point, name })),
  );
  const run: LoggedRun = {
    ...nothingLogged,
    ...valuesOf(request),
    metrics,
    kind: request.kind ?? 'training',
    name: request.name,
    status: request.status ?? 'finished',
    ...(request.environment !== undefined && { environment: request.environment }),
  };
  return inWorld(request, async (world) => valueOrThrow(await logOnce(world, run, captureOf(request))));
}

/** @throws TrackingError for what the request says wrongly; HistoryError outside a Git repository */
export async function startRun(request: RunRequest): Promise<TrackedRun> {
  const begun = await inWorld(request, async (world) =>
    valueOrThrow(
      await beginRun(
        world,
        {
          ...nothingLogged,
          ...valuesOf(request),
          kind: request.kind ?? 'training',
          name: request.name,
          ownProcess: true,
          ...(request.environment !== undefined && { environment: request.environment }),
        },
        captureOf(request),
      ),
    ),
  );
  const { id, stateFolder } = begun;
  const log = openRunFiles(stateFolder).open(id);
  const warnings: Problem[] = [...begun.problems];
  let ended: Promise<Logged> | undefined;

  const append = (entries: readonly LogEntry[]): void => {
    if (ended !== undefined) throw new TrackingError([alreadyEnded(id)]);
    log.append(entries);
  };
  const checked = (values: Partial<LoggedValues>): void => {
    const problems = problemsOfValues({ ...nothingLogged, ...values });
    if (hasErrors(problems)) throw new TrackingError(problems);
  };
  const addFiles = async (values: Partial<LoggedValues>): Promise<void> => {
    if (ended !== undefined) throw new TrackingError([alreadyEnded(id)]);
    const read = await inWorld(request, (world) => entriesOf(world, { ...nothingLogged, ...values }, isoNow()));
    append(valueOrThrow(read));
    warnings.push(...read.problems);
  };
  const end = async (status: RunStatus): Promise<Logged> => {
    log.close();
    const logged = await inWorld(request, async (world) => valueOrThrow(await endRun(world, id, status)));
    return { ...logged, problems: [...warnings, ...logged.problems] };
  };
  return {
    id,
    metric: (name, value, options = {}) => {
      const metric = { ...options, name, value };
      checked({ metrics: [metric] });
      append([metricEntry(metric, isoNow())]);
    },
    param: (name, value) => {
      checked({ params: { [name]: value } });
      append([{ type: 'param', name, value: plainParam(value) }]);
    },
    tag: (name, value) => {
      checked({ tags: { [name]: value } });
      append([{ type: 'tag', name, value }]);
    },
    artifact: async (artifact) => addFiles({ artifacts: [artifactRequest(artifact)] }),
    data: (path) => addFiles({ data: [path] }),
    end: (options = {}) => (ended ??= end(options.status ?? 'finished')),
    [Symbol.asyncDispose]: async () => {
      await (ended ??= end('failed'));
    },
  };
}

const isoNow = (): string => new Date().toISOString();

function valuesOf({ params, tags, artifacts, data }: RunRequest): Partial<LoggedValues> {
  return {
    ...(params !== undefined && { params }),
    ...(tags !== undefined && { tags }),
    ...(artifacts !== undefined && { artifacts: artifacts.map(artifactRequest) }),
    ...(data !== undefined && { data }),
  };
}

function artifactRequest(artifact: ArtifactRequest): LoggedArtifact {
  if (typeof artifact !== 'string') return artifact;
  if (!isAddress(artifact)) return { name: artifact, path: artifact };
  const pinned = pinnedAddress(artifact);
  if (pinned === undefined) throw new TrackingError([unpinned('artifact', artifact)]);
  return { name: pinned.uri, ...pinned };
}

const captureOf = ({ env = process.env, diff = true }: RunRequest) => ({ env, diff });

/** Opened for each call, so that a run that is never ended leaves no process behind. */
async function inWorld<T>(
  { root = '.', env = process.env }: RunRequest,
  work: (world: World) => Promise<T>,
): Promise<T> {
  await using world = await openWorld({ root: resolve(root), env, progress: () => {} });
  if (hasErrors(world.problems)) throw new TrackingError(world.problems);
  return await work(world);
}

function valueOrThrow<T>({ value, problems }: Read<T>): T {
  if (value === undefined) throw new TrackingError(problems);
  return value;
}

const alreadyEnded = (id: string): Problem => ({
  code: 'RUN_ENDED',
  severity: 'error',
  message: `Run ${id} has ended; what has ended never changes.`,
  hint: 'Log before `end`, or start another run.',
});
