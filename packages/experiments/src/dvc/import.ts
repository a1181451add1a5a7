// DVC's commits and experiments as runs: metrics, params and the digests of the data, as `dvc exp show` has them.
import { basename } from 'node:path';
import { problemOfExpected, type Problem, type RunArtifact, type RunInput } from '@pawl/core';
import { ExchangeError } from '../exchange-error.ts';
import type { ForeignRun } from '../foreign-run.ts';
import type { FoundForeignRun } from '../import-runs.ts';
import { readMetrics, readParams, type ValuesReader } from './commit-values.ts';
import { gitReader, type Commit, type GitReader } from './git-reader.ts';
import { isDvcFile, readPipeline, type DvcFile, type Pipeline } from './pipeline.ts';
import { merged } from './values-file.ts';

export interface DvcSource {
  /** Absolute path of the repository, or of a folder in it. */
  readonly source: string;
  /** Commits, or names of experiments; HEAD and every experiment without it. */
  readonly revisions?: readonly string[];
  /** Name of the runs; the repository's folder without it. */
  readonly name?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const dvcFileLimit = 8_000_000;
const mostDvcFiles = 2000;
/** DVC's own states live beside the experiments. https://github.com/iterative/dvc/blob/main/dvc/repo/experiments/refs.py */
const experimentRef = /^refs\/exps\/[0-9a-f]{2}\/[0-9a-f]{38,62}\/(?<name>[^/]+)$/;

interface Wanted {
  readonly commit: Commit;
  readonly experiment?: { readonly name: string; readonly baseline: string };
}

/** @throws ExchangeError when the folder is in no repository, or a revision is unknown */
export async function* dvcRuns({
  source,
  revisions = [],
  name,
  environment,
}: DvcSource): AsyncGenerator<FoundForeignRun> {
  const git = await gitReader(source, environment);
  for (const wanted of await wantedOf(git, revisions)) {
    try {
      yield await readCommit(git, wanted, name ?? basename(git.root));
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      yield {
        problems: [
          { ...problemOfExpected(error), message: `Commit ${wanted.commit.id.slice(0, 7)}: ${error.message}` },
        ],
      };
    }
  }
}

async function wantedOf(git: GitReader, revisions: readonly string[]): Promise<readonly Wanted[]> {
  const experiments = (await git.refs('refs/exps/')).flatMap(({ name, commit }) => {
    const experiment = experimentRef.exec(name)?.groups?.['name'];
    const [, , head = '', tail = ''] = name.split('/');
    return experiment === undefined ? [] : [{ commit, name: experiment, baseline: head + tail }];
  });
  const asked = revisions.length > 0 ? revisions : ['HEAD', ...experiments.map(({ commit }) => commit)];
  const wanted: Wanted[] = [];
  for (const revision of asked) {
    const named = experiments.filter((one) => one.name === revision || one.commit === revision);
    const commits = named.length > 0 ? named.map((one) => one.commit) : [revision];
    for (const id of commits) {
      const commit = await git.commit(id);
      if (commit === undefined)
        throw new ExchangeError(
          'DVC_REVISION_UNKNOWN',
          `"${revision}" is no commit and no experiment here.`,
          'Experiments of others come with "dvc exp pull" or git fetch origin "refs/exps/*:refs/exps/*".',
        );
      const experiment = experiments.find((one) => one.commit === commit.id);
      if (!wanted.some((one) => one.commit.id === commit.id))
        wanted.push({ commit, ...(experiment !== undefined && { experiment }) });
    }
  }
  return wanted;
}

async function readCommit(git: GitReader, { commit, experiment }: Wanted, name: string): Promise<FoundForeignRun> {
  const known = await git.files(commit.id);
  const dvcPaths = [...known.keys()].filter(isDvcFile);
  if (dvcPaths.length === 0) return { problems: [nothing(commit)] };
  if (dvcPaths.length > mostDvcFiles)
    throw new ExchangeError(
      'DVC_TOO_MANY_FILES',
      `it has ${dvcPaths.length} files of DVC; at most ${mostDvcFiles} are read.`,
      'It is left out.',
    );
  const files: Record<string, string> = {};
  for (const path of dvcPaths) files[path] = (await git.read(commit.id, path, dvcFileLimit)) ?? '';
  const pipeline = readPipeline(files);
  const problems = [...pipeline.problems];
  const reader: ValuesReader = { git, commit: commit.id, known, pipeline, problems };
  const metrics = await readMetrics(reader);
  const params = await readParams(reader);
  const numbers = Object.entries(merged(metrics)).filter(
    (pair): pair is [string, number] => typeof pair[1] === 'number',
  );
  const run: ForeignRun = {
    tool: 'dvc',
    id: commit.id,
    name,
    startedAt: commit.time,
    endedAt: commit.time,
    status: 'finished',
    failed: false,
    origin: { commit: commit.id, ...(commit.author !== '' && { actor: commit.author }) },
    params: Object.fromEntries(
      Object.entries(merged(params)).map(([key, value]) => [
        key,
        typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
      ]),
    ),
    metrics: Object.fromEntries(numbers),
    history: [],
    tags: tagsOf(pipeline, experiment),
    inputs: pipeline.inputs.map(inputOf),
    artifacts: [...pipeline.outputs.map(artifactOf), ...plotsInGit(pipeline, known)],
    extra: { stages: pipeline.stages, ...(pipeline.plots.length > 0 && { plots: pipeline.plots }) },
  };
  return { run, problems };
}

function tagsOf(pipeline: Pipeline, experiment: Wanted['experiment']): Readonly<Record<string, string>> {
  const stages = Object.keys(pipeline.stages).join(', ');
  return {
    ...(stages !== '' && { 'dvc.stages': stages }),
    ...(experiment !== undefined && { 'dvc.experiment': experiment.name, 'dvc.baseline': experiment.baseline }),
  };
}

const inputOf = ({ path, digest, bytes }: DvcFile): RunInput => ({
  role: 'data',
  path,
  digest,
  ...(bytes !== undefined && { bytes }),
});

const artifactOf = ({ path, digest, bytes }: DvcFile): RunArtifact => ({
  name: path,
  digest,
  uri: `dvc:${path}`,
  ...(bytes !== undefined && { bytes }),
});

/** Plots that Git holds and the lock does not. */
function plotsInGit({ plots, outputs }: Pipeline, known: ReadonlyMap<string, string>): readonly RunArtifact[] {
  const locked = new Set(outputs.map(({ path }) => path));
  return plots.flatMap((path) => {
    const id = known.get(path);
    return id === undefined || locked.has(path) ? [] : [{ name: path, digest: `git:${id}`, uri: path }];
  });
}

const nothing = ({ id }: Commit): Problem => ({
  code: 'DVC_NOTHING',
  severity: 'error',
  message: `Commit ${id.slice(0, 7)} has no dvc.yaml, dvc.lock or *.dvc.`,
  hint: 'Name another with --rev.',
});
