// Where things are: refs, paths and limits of the store. Every path is write-once, so that merging is a union.
import { isUlid, ulidDay } from '@pawl/core';

export const spoolPrefix = 'refs/pawl-spool/';
export const trackingPrefix = 'refs/pawl-tracking/';

/** GitHub recommends at most 1 MB an object; more belongs in an artifact, Git LFS, DVC or a bucket, by digest. */
export const maxObjectBytes = 1_000_000;
export const maxRunsPerBundle = 1000;
export const maxParents = 64;
/** What one push folds: its leases stand in argv, which Windows cuts at 32 KB. */
export const maxBundlesPerPush = process.platform === 'win32' ? 96 : 512;

export interface StoreRefs {
  readonly inbox: string;
  readonly data: string;
  readonly index: string;
  /** The newest runs: the first page of a list, in one small fetch. Moves with the index. */
  readonly recent: string;
  readonly quarantine: string;
  readonly registry: string;
  /** Heads of data before an epoch: `<prefix>/archive/0001`. */
  readonly archive: string;
  /** A branch, because hosts protect only branches and tags: small checkpoints of data and index. */
  readonly ledger: string;
}

export const storeRefs = (prefix: string): StoreRefs => ({
  inbox: `${prefix}/inbox/`,
  data: `${prefix}/data`,
  index: `${prefix}/index`,
  recent: `${prefix}/recent`,
  quarantine: `${prefix}/quarantine/`,
  registry: `${prefix}/registry/`,
  archive: `${prefix}/archive/`,
  ledger: `refs/heads/${prefix.split('/').at(-1)}-ledger`,
});

export const runPath = (id: string): string => `runs/${ulidDay(id)}/${id}.json`;
export const resultFolder = (id: string): string => `results/${ulidDay(id)}/${id}`;
export const operationPath = (id: string): string => `ops/${ulidDay(id)}/${id}.json`;

/** `pawl.json` at the root of the data. @param epoch how often dropped results were left behind */
export const dataFormat = (epoch = 0): string =>
  `${JSON.stringify({ format: 1, minReader: 1, ...(epoch > 0 && { epoch }) })}\n`;

/** Allow-list: letters, digits, dot, dash, underscore; never hidden, never a folder. */
export const isResultName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name);

export type RecordPath =
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'result'; readonly id: string; readonly file: string }
  | { readonly kind: 'operation'; readonly id: string };

/** What a path in a bundle holds; undefined when it is not on the allow-list, or lies under the wrong day. */
export function recordPathOf(path: string): RecordPath | undefined {
  const parts = path.split('/');
  const [top, day, third = '', file = ''] = parts;
  const id = top === 'results' ? third : third.replace(/\.json$/, '');
  if (!isUlid(id) || ulidDay(id) !== day) return undefined;
  if (path === runPath(id)) return { kind: 'run', id };
  if (path === operationPath(id)) return { kind: 'operation', id };
  if (top === 'results' && parts.length === 4 && isResultName(file)) return { kind: 'result', id, file };
  return undefined;
}
