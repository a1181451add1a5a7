// W&B's protobuf records, read by a table of the fields we use; every other field is stepped over.
// https://github.com/wandb/wandb/blob/main/wandb/proto/wandb_internal.proto
import protobuf from 'protobufjs/minimal.js';

export interface WandbItem {
  /** One name, or the way to a nested one. */
  readonly path: readonly string[];
  readonly json: string;
}

export interface WandbGit {
  readonly remoteUrl?: string;
  readonly commit?: string;
}

export interface WandbRecord {
  readonly run?: {
    readonly id: string;
    readonly project: string;
    readonly entity: string;
    readonly group: string;
    readonly jobType: string;
    readonly name: string;
    readonly notes: string;
    readonly tags: readonly string[];
    readonly sweep: string;
    /** Milliseconds since 1970. */
    readonly startedAt?: number;
    readonly config: readonly WandbItem[];
    readonly git?: WandbGit;
  };
  readonly config?: { readonly update: readonly WandbItem[]; readonly remove: readonly WandbItem[] };
  readonly summary?: { readonly update: readonly WandbItem[]; readonly remove: readonly WandbItem[] };
  readonly history?: { readonly items: readonly WandbItem[]; readonly step?: number };
  readonly environment?: {
    readonly os?: string;
    readonly python?: string;
    readonly cuda?: string;
    readonly gpu?: string;
    readonly username?: string;
    readonly git?: WandbGit;
  };
  readonly files?: readonly string[];
  readonly exitCode?: number;
}

/** Number → name and how it is read. `[]` at the end: it is repeated. */
type Fields = Readonly<Record<number, readonly [name: string, read: FieldKind]>>;
type FieldKind = 'text' | 'texts' | 'integer' | Fields | readonly [Fields];
type Decoded = Readonly<Record<string, unknown>>;

const item: Fields = { 1: ['key', 'text'], 2: ['nested', 'texts'], 16: ['json', 'text'] };
const changes: Fields = { 1: ['update', [item]], 2: ['remove', [item]] };
const timestamp: Fields = { 1: ['seconds', 'integer'], 2: ['nanos', 'integer'] };
const git: Fields = { 1: ['remoteUrl', 'text'], 2: ['commit', 'text'] };
const runFields: Fields = {
  1: ['id', 'text'],
  2: ['entity', 'text'],
  3: ['project', 'text'],
  4: ['config', changes],
  6: ['group', 'text'],
  7: ['jobType', 'text'],
  8: ['name', 'text'],
  9: ['notes', 'text'],
  10: ['tags', 'texts'],
  12: ['sweep', 'text'],
  17: ['startTime', timestamp],
  21: ['git', git],
};
const recordFields: Fields = {
  2: ['history', { 1: ['items', [item]], 2: ['step', { 1: ['number', 'integer'] }] }],
  3: ['summary', changes],
  5: ['config', changes],
  6: ['files', { 1: ['files', [{ 1: ['path', 'text'] }]] }],
  17: ['run', runFields],
  18: ['exit', { 1: ['code', 'integer'] }],
  26: [
    'environment',
    {
      1: ['os', 'text'],
      2: ['python', 'text'],
      9: ['git', git],
      13: ['username', 'text'],
      18: ['gpu', 'text'],
      25: ['cuda', 'text'],
    },
  ],
};

/** @throws Error when the bytes are no protobuf message */
export function decodeRecord(bytes: Uint8Array): WandbRecord {
  const { history, summary, config, files, run, exit, environment } = decode(bytes, recordFields) as Readonly<
    Record<string, Decoded | undefined>
  >;
  return {
    ...(run !== undefined && { run: runOf(run) }),
    ...(config !== undefined && { config: changesOf(config) }),
    ...(summary !== undefined && { summary: changesOf(summary) }),
    ...(history !== undefined && { history: historyOf(history) }),
    ...(environment !== undefined && { environment: environmentOf(environment) }),
    ...(files !== undefined && { files: many(files['files']).map((file) => textOf(file['path'])) }),
    ...(exit !== undefined && { exitCode: typeof exit['code'] === 'number' ? exit['code'] : 0 }),
  };
}

function decode(bytes: Uint8Array, fields: Fields): Decoded {
  const reader = protobuf.Reader.create(bytes);
  const message: Record<string, unknown> = {};
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = fields[tag >>> 3];
    const wire = tag & 7;
    // A number that some field has in another form is a field of a newer W&B, and says nothing to us.
    if (field === undefined || wire !== (field[1] === 'integer' ? 0 : 2)) {
      reader.skipType(wire);
      continue;
    }
    const [name, kind] = field;
    if (kind === 'integer') message[name] = Number(reader.int64());
    else if (kind === 'text') message[name] = reader.string();
    else if (kind === 'texts') push(message, name, reader.string());
    else if (isRepeated(kind)) push(message, name, decode(reader.bytes(), kind[0]));
    else message[name] = decode(reader.bytes(), kind);
  }
  return message;
}

function push(message: Record<string, unknown>, name: string, value: unknown): void {
  const values = (message[name] ?? []) as unknown[];
  values.push(value);
  message[name] = values;
}

const isRepeated = (kind: Fields | readonly [Fields]): kind is readonly [Fields] => Array.isArray(kind);

function runOf(run: Decoded): NonNullable<WandbRecord['run']> {
  const { seconds, nanos = 0 } = (run['startTime'] ?? {}) as { seconds?: number; nanos?: number };
  return {
    id: textOf(run['id']),
    project: textOf(run['project']),
    entity: textOf(run['entity']),
    group: textOf(run['group']),
    jobType: textOf(run['jobType']),
    name: textOf(run['name']),
    notes: textOf(run['notes']),
    tags: (run['tags'] ?? []) as readonly string[],
    sweep: textOf(run['sweep']),
    ...(seconds !== undefined && { startedAt: seconds * 1000 + Math.trunc(nanos / 1_000_000) }),
    config: changesOf((run['config'] ?? {}) as Decoded).update,
    ...(run['git'] !== undefined && { git: run['git'] as WandbGit }),
  };
}

const changesOf = (
  changes: Decoded,
): { readonly update: readonly WandbItem[]; readonly remove: readonly WandbItem[] } => ({
  update: many(changes['update']).map(itemOf),
  remove: many(changes['remove']).map(itemOf),
});

function historyOf(history: Decoded): NonNullable<WandbRecord['history']> {
  const step = history['step'] as { number?: number } | undefined;
  // Protobuf leaves a zero out.
  return { items: many(history['items']).map(itemOf), ...(step !== undefined && { step: step.number ?? 0 }) };
}

const environmentOf = (environment: Decoded): NonNullable<WandbRecord['environment']> => environment;

function itemOf({ key, nested, json }: Decoded): WandbItem {
  const path = (nested ?? []) as readonly string[];
  return { path: path.length > 0 ? path : [textOf(key)], json: textOf(json) };
}

const many = (value: unknown): readonly Decoded[] => (value ?? []) as readonly Decoded[];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
