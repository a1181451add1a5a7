// One W&B run of an offline folder: what its log says from beginning to end, and what its files add where the log is silent.
import type { ParamValue, Problem, RunOrigin } from '@pawl/core';
import { parse } from 'yaml';
import type { ForeignRun } from '../foreign-run.ts';
import type { MetricPoint } from '../metric-history.ts';
import { membersOf, textAt } from '../shape.ts';
import type { SourceFolder } from '../source-folder.ts';
import { decodeRecord, type WandbGit, type WandbRecord } from './decode-record.ts';
import { mostPoints, nothingTold, numberOf, setLeaves, take, type Told } from './gather.ts';
import { readLogRecords } from './log-records.ts';

const largestLog = 500_000_000;
const hashLimit = 1_000_000_000;

/**
 * @param place the run's folder; `log` its `.wandb` file
 * @throws ExchangeError when the file is too large, or none of W&B's
 */
export async function readWandbRun(
  folder: SourceFolder,
  place: string,
  log: string,
): Promise<{ readonly run?: ForeignRun; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const bytes = (await folder.bytes(`${place}/${log}`, largestLog)) ?? new Uint8Array();
  const { records, damage } = readLogRecords(bytes);
  const told = nothingTold();
  let unreadable = 0;
  for (const record of records) {
    try {
      take(decodeRecord(record), told);
    } catch {
      unreadable += 1;
    }
  }
  const { run } = told;
  if (run === undefined || run.id === '') return { problems: [...problems, noRun(place, damage)] };
  if (damage !== undefined) problems.push(damaged(place, damage));
  if (unreadable > 0) problems.push(damaged(place, `${unreadable} of its records are no W&B records`));
  if (told.dropped > 0)
    problems.push(damaged(place, `it has more than ${mostPoints} points, and ${told.dropped} are left out`));
  await addFiles(folder, place, told);
  const startedAt = run.startedAt ?? startOf(place);
  if (startedAt === undefined) return { problems: [...problems, noStart(place)] };
  return { run: await foreignRunOf(folder, { place, run, told, startedAt }), problems };
}

/** Older versions write config.yaml, wandb-summary.json and wandb-metadata.json beside the log; what the log said stands. */
async function addFiles(folder: SourceFolder, place: string, told: Told): Promise<void> {
  const read = async (name: string): Promise<unknown> => {
    const text = await folder.text(`${place}/files/${name}`).catch(() => undefined);
    try {
      return text === undefined ? undefined : parse(text, { maxAliasCount: 10, logLevel: 'error' });
    } catch {
      return undefined;
    }
  };
  for (const [key, value] of Object.entries(membersOf(await read('config.yaml')) ?? {})) {
    const given = membersOf(value);
    if (key.startsWith('_') || key === 'wandb_version' || given === undefined || !('value' in given)) continue;
    if (![...told.config.keys()].some((known) => known === key || known.startsWith(`${key}.`)))
      setLeaves(told.config, key, given['value'], 0);
  }
  for (const [key, value] of Object.entries(membersOf(await read('wandb-summary.json')) ?? {})) {
    if (key === '_wandb' || [...told.summary.keys()].some((known) => known === key || known.startsWith(`${key}.`)))
      continue;
    setLeaves(told.summary, key, value, 0);
  }
  const metadata = await read('wandb-metadata.json');
  const commit = textAt(metadata, 'git', 'commit');
  const remoteUrl = textAt(metadata, 'git', 'remote');
  const [os, python, username] = [textAt(metadata, 'os'), textAt(metadata, 'python'), textAt(metadata, 'username')];
  told.environment = {
    ...(os !== undefined && { os }),
    ...(python !== undefined && { python }),
    ...(username !== undefined && { username }),
    ...(commit !== undefined && { git: { commit, ...(remoteUrl !== undefined && { remoteUrl }) } }),
    ...told.environment,
  };
}

interface Gathered {
  readonly place: string;
  readonly run: NonNullable<WandbRecord['run']>;
  readonly told: Told;
  readonly startedAt: number;
}

async function foreignRunOf(folder: SourceFolder, { place, run, told, startedAt }: Gathered): Promise<ForeignRun> {
  const { environment } = told;
  const summary = [...told.summary].flatMap(([name, value]): readonly (readonly [string, number])[] => {
    const number = name.startsWith('_') ? undefined : numberOf(value);
    return number === undefined ? [] : [[name, number]];
  });
  const lastLogged = Object.fromEntries(told.points.map(({ metric, value }) => [metric, value]));
  const stepwise = new Set(told.points.map(({ metric }) => metric));
  // Said once for the whole run, without a step.
  const said = summary
    .filter(([name]) => !stepwise.has(name))
    .map(([metric, value]): MetricPoint => ({ metric, value }));
  const gitAt = run.git ?? environment.git;
  const { os, python, cuda, gpu } = environment;
  const known = Object.entries({ os, python, cuda, gpu }).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== '',
  );
  const notes = [...told.summary].filter(([name, value]) => !name.startsWith('_') && typeof value === 'string');
  return {
    tool: 'wandb',
    id: run.id,
    name: run.project === '' ? 'uncategorized' : run.project,
    startedAt,
    ...(told.lastTime !== undefined && { endedAt: Math.max(told.lastTime, startedAt) }),
    status: told.exitCode === undefined ? 'crashed' : told.exitCode === 0 ? 'finished' : 'failed',
    failed: told.exitCode !== 0,
    origin: originOf(gitAt, environment.username),
    params: Object.fromEntries(
      [...told.config].filter(([name]) => !name.startsWith('_')).map(([name, value]) => [name, paramOf(value)]),
    ),
    metrics: { ...lastLogged, ...Object.fromEntries(summary) },
    history: [...told.points, ...said],
    tags: tagsOf(run),
    ownTags: Object.fromEntries(notes.map(([name, value]) => [`summary.${name}`, String(value)])),
    inputs: [],
    artifacts: await artifactsOf(folder, place, told),
    ...(known.length > 0 && { environment: Object.fromEntries(known) }),
    extra: {
      ...(run.entity !== '' && { entity: run.entity }),
      ...(run.notes !== '' && { notes: run.notes }),
      ...(told.exitCode !== undefined && { exitCode: told.exitCode }),
    },
  };
}

async function artifactsOf(folder: SourceFolder, place: string, told: Told): Promise<ForeignRun['artifacts']> {
  const artifacts: ForeignRun['artifacts'][number][] = [];
  for (const name of [...told.files].toSorted()) {
    const found = await folder.fingerprint(`${place}/files/${name}`, hashLimit).catch(() => undefined);
    if (found?.digest !== undefined)
      artifacts.push({ name, digest: found.digest, bytes: found.bytes, uri: `${place}/files/${name}` });
  }
  return artifacts;
}

function originOf(git: WandbGit | undefined, actor: string | undefined): RunOrigin {
  const repository = git?.remoteUrl === undefined ? undefined : withoutCredentials(git.remoteUrl);
  return {
    ...(repository !== undefined && { repository }),
    ...(git?.commit !== undefined && git.commit !== '' && { commit: git.commit }),
    ...(actor !== undefined && actor !== '' && { actor }),
  };
}

/** A remote's address may hold a token, and a run is read by everybody who can read the repository. */
function withoutCredentials(address: string): string {
  const url = URL.parse(address);
  if (url === null || url.host === '') return address.includes('@') && address.includes('://') ? '' : address;
  url.username = '';
  url.password = '';
  return url.href;
}

function paramOf(value: unknown): ParamValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return JSON.stringify(value) ?? null;
}

function tagsOf(run: NonNullable<WandbRecord['run']>): Readonly<Record<string, string>> {
  const { name, tags, group, jobType, sweep, id } = run;
  const said = {
    'wandb.runName': name,
    'wandb.runId': id,
    'wandb.tags': tags.join(', '),
    'wandb.group': group,
    'wandb.jobType': jobType,
    'wandb.sweep': sweep,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''));
}

/** `offline-run-20261121_224221-gnq6hp7q`: local time of the machine that trained, taken as UTC. */
function startOf(place: string): number | undefined {
  const parts = /run-(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)-/.exec(place);
  const [year = 0, month = 1, ...rest] = (parts ?? []).slice(1).map(Number);
  return parts === null ? undefined : Date.UTC(year, month - 1, ...(rest as [number, number, number, number]));
}

const damaged = (place: string, why: string): Problem => ({
  code: 'WANDB_LOG_DAMAGED',
  severity: 'warning',
  message: `The log of ${place} is not whole: ${why}.`,
  hint: 'What could be read is imported; a run that crashed looks like this.',
  file: place,
});

const noRun = (place: string, damage: string | undefined): Problem => ({
  code: 'WANDB_RUN_MISSING',
  severity: 'error',
  message: `The log of ${place} tells no run${damage === undefined ? '' : `: ${damage}`}.`,
  hint: 'It is left out.',
  file: place,
});

const noStart = (place: string): Problem => ({
  code: 'WANDB_START_MISSING',
  severity: 'error',
  message: `The run in ${place} does not say when it started.`,
  hint: 'It is left out.',
  file: place,
});
