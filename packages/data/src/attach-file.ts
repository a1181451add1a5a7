// From a file to the statement that makes it a view or a table. What a file is, its first bytes decide.
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { DataError } from '@pawl/core';
import { csvStatement, explainCsv, guessDialect } from './csv.ts';
import { reasonOf } from './reason.ts';
import { quoteLiteral } from './sql-values.ts';

export interface AttachedFile {
  readonly path: string;
  /** What messages call it. */
  readonly shown: string;
  /** The columns as a CSV's first line names them. */
  readonly header?: readonly string[];
  /** The statement that makes it known; `name` is already quoted. */
  create(name: string): string;
  /** What a failed statement means, in the user's words. */
  explain(cause: unknown, run: (sql: string) => Promise<unknown>): Promise<DataError>;
}

type Named = Pick<AttachedFile, 'path' | 'shown'>;
type Format = 'parquet' | 'csv' | 'json';

const headBytes = 65_536;

/** @throws DataError when there is no such file, it is empty, a Git LFS pointer, or of no known kind */
export async function attachStatements(path: string, shown = basename(path)): Promise<AttachedFile> {
  const head = await readHead(path, shown);
  if (head.length === 0) {
    throw new DataError('DATA_EMPTY', `"${shown}" is empty: not even a header.`, {
      file: path,
      hint: 'Write the data again, or leave the file out.',
    });
  }
  const text = await unpacked(path, head);
  if (text.subarray(0, 40).toString('latin1').startsWith('version https://git-lfs.github.com/spec/')) {
    throw new DataError('DATA_LFS_POINTER', `"${shown}" is a Git LFS pointer, not the data itself.`, {
      file: path,
      hint: 'Fetch the data first: `git lfs pull`, or `lfs: true` at actions/checkout.',
    });
  }
  const format = formatOf({ path, shown }, head);
  if (format !== 'parquet') for (const start of new Set([head, text])) refuseDisguised({ path, shown }, start);
  const unreadable = async (cause: unknown): Promise<DataError> => {
    const reason = sentence(reasonOf(cause, { path, shown }));
    const hint = /not utf-?8 encoded/i.test(reason) ? 'Save it in UTF-8.' : hints[format];
    return new DataError('DATA_UNREADABLE', `"${shown}" cannot be read as ${labels[format]}: ${reason}`, {
      file: path,
      hint,
    });
  };
  if (format === 'parquet') {
    return {
      path,
      shown,
      create: (view) => `CREATE VIEW ${view} AS SELECT * FROM read_parquet(${fileLiteral(path)})`,
      explain: unreadable,
    };
  }
  if (format === 'json') {
    const source = `read_json(${fileLiteral(path)}, sample_size = -1, maximum_object_size = 67108864)`;
    return { path, shown, create: (view) => `CREATE TABLE ${view} AS SELECT * FROM ${source}`, explain: unreadable };
  }
  const dialect = guessDialect(basename(path), text);
  return {
    path,
    shown,
    create: (view) => `CREATE TABLE ${view} AS SELECT * FROM ${csvStatement(fileLiteral(path), dialect)}`,
    explain: async (cause, run) => unreadable(await explainCsv(fileLiteral(path), dialect, { cause, run })),
    ...(dialect.header !== undefined && { header: dialect.header }),
  };
}

const labels: Readonly<Record<Format, string>> = { parquet: 'Parquet', csv: 'CSV', json: 'JSON' };
const hints: Readonly<Record<Format, string>> = {
  parquet: 'The file is damaged or was cut off: write or fetch it again.',
  csv: 'Correct the row named, or quote values that hold the delimiter.',
  json: 'Give one array of objects, or one object a line.',
};

async function readHead(path: string, shown: string): Promise<Buffer> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw notReadable({ path, shown }, cause);
  }
  await using _ = { [Symbol.asyncDispose]: () => file.close() };
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw notReadable({ path, shown }, cause);
  }
}

/** What stands at the beginning of a file packed by gzip; of any other, and of one that is damaged, its own bytes. */
async function unpacked(path: string, head: Buffer): Promise<Buffer> {
  if (!/\.gz$/i.test(path)) return head;
  const { constants, gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, headBytes);
  } catch {
    return head;
  }
}

function notReadable({ path, shown }: Named, cause: unknown): DataError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT') {
    return new DataError('DATA_MISSING', `There is no file "${shown}".`, {
      file: path,
      hint: 'Check the path, and that the step which makes the file has run.',
    });
  }
  const reason = code === 'EISDIR' ? 'is a folder' : `cannot be opened (${code})`;
  return new DataError('DATA_UNREADABLE', `"${shown}" ${reason}.`, {
    file: path,
    hint: 'Name a data file that can be read.',
  });
}

/** What text files are taken for, and are not: read all the same, they would fail with a reason that says nothing. */
function refuseDisguised({ path, shown }: Named, head: Buffer): void {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  const disguise = (is: string, hint: string): DataError =>
    new DataError('DATA_UNSUPPORTED', `"${shown}" ${is}.`, { file: path, hint });
  if (starts(0x1f, 0x8b)) {
    if (/\.gz$/i.test(path)) return;
    throw disguise(
      'is compressed by gzip, and its name does not say so',
      `Name it "${basename(shown)}.gz", or unpack it.`,
    );
  }
  if (starts(0x50, 0x4b, 0x03, 0x04))
    throw disguise('is a ZIP archive or a workbook', 'Unpack it, or save the sheet as CSV.');
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) throw disguise('is encoded in UTF-16', 'Save it in UTF-8.');
  if (head.includes(0)) throw disguise('holds bytes that are no text', 'Give Parquet, CSV or JSON, in UTF-8.');
}

/** Parquet is known by its first bytes, the rest by the name, and by what it looks like where the name says nothing. */
function formatOf({ path, shown }: Named, head: Buffer): Format {
  const name = basename(path);
  if (head.subarray(0, 4).toString('latin1') === 'PAR1' || /\.(parquet|pq|parq)$/i.test(name)) return 'parquet';
  if (/\.(json|jsonl|ndjson)(\.gz)?$/i.test(name)) return 'json';
  if (/\.(csv|tsv|txt)(\.gz)?$/i.test(name)) return 'csv';
  if (head.includes(0)) {
    throw new DataError('DATA_UNSUPPORTED', `"${shown}" is neither Parquet, CSV nor JSON.`, {
      file: path,
      hint: 'Convert it to Parquet, CSV or JSON.',
    });
  }
  return /^\uFEFF?\s*[[{]/.test(head.toString('utf8')) ? 'json' : 'csv';
}

/** DuckDB reads file names as globs: what would be one is put in brackets. */
const fileLiteral = (path: string): string => quoteLiteral(path.replaceAll(/[*?[]/g, '[$&]'));

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
