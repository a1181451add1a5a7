// Open runs on disk: one file of JSON lines each, in the Git directory, where no status, commit or clean sees them.
// Each call appends whole lines with one write to a file opened for appending: processes that log at once lose nothing.
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isUlid, type Problem, type Read } from '@pawl/core';
import { logLines, readRunLog, type LogEntry, type RunLog, type RunStart } from '@pawl/core/tracking';
import { TrackingError } from './errors.ts';

const ending = '.ndjson';

export interface RunAppender {
  /** @throws TrackingError when the run was ended meanwhile; the system's own error when the disk is full */
  append(entries: readonly LogEntry[]): void;
  close(): void;
}

export interface OpenRunLog extends Read<RunLog> {
  /** How much of the file was read. */
  readonly bytes: number;
}

export interface OpenRunFiles {
  create(start: RunStart): Promise<void>;
  /** @throws TrackingError when no such run is open */
  open(id: string): RunAppender;
  /** Undefined when no such run is open. */
  read(id: string): Promise<OpenRunLog | undefined>;
  /** Bytes of its file; 0 when no such run is open. */
  size(id: string): Promise<number>;
  /** Oldest first. */
  ids(): Promise<readonly string[]>;
  remove(id: string): Promise<void>;
}

/** @param stateFolder Pawl's folder in the Git directory */
export function openRunFiles(stateFolder: string): OpenRunFiles {
  const folder = join(stateFolder, 'active');
  const fileOf = (id: string): string => join(folder, id + ending);
  return {
    create: async (start) => {
      await mkdir(folder, { recursive: true });
      // Whole or not at all: whoever lists the runs never meets half a start.
      const aside = `${fileOf(start.id)}.new`;
      await writeFile(aside, logLines([start]), { flag: 'wx' });
      await rename(aside, fileOf(start.id));
    },
    open: (id) => appender(id, fileOf(id)),
    read: async (id) => {
      const content = await readFile(fileOf(id)).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return undefined;
        throw cause;
      });
      if (content === undefined) return undefined;
      return { ...readRunLog(content.toString('utf8'), fileOf(id)), bytes: content.length };
    },
    size: async (id) => (await stat(fileOf(id)).catch(() => undefined))?.size ?? 0,
    ids: async () => {
      const names = await readdir(folder).catch((cause: NodeJS.ErrnoException): readonly string[] => {
        if (cause.code === 'ENOENT') return [];
        throw cause;
      });
      return names
        .flatMap((name) => (isUlid(name.slice(0, 26)) && name.slice(26) === ending ? [name.slice(0, 26)] : []))
        .toSorted();
    },
    remove: (id) => rm(fileOf(id), { force: true }),
  };
}

function appender(id: string, file: string): RunAppender {
  let handle: number;
  try {
    // Without O_CREAT: a run that has ended does not come back as a file without a start.
    handle = openSync(file, constants.O_RDWR | constants.O_APPEND);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new TrackingError([notOpen(id)]);
    throw cause;
  }
  if (endsIn(handle)) {
    closeSync(handle);
    throw new TrackingError([endsAlready(id)]);
  }
  return {
    append: (entries) => {
      if (entries.length === 0) return;
      const bytes = Buffer.from(logLines(entries));
      let written = writeSync(handle, bytes);
      while (written < bytes.length) written += writeSync(handle, bytes, written);
      // The file's name is gone when the run was ended by another process: what was just written reached nobody.
      if (fstatSync(handle).nlink === 0) throw new TrackingError([notOpen(id)]);
    },
    close: () => closeSync(handle),
  };
}

/** Whether the last lines hold an end: then the run waits to be stored, and takes nothing more. */
function endsIn(handle: number): boolean {
  const tail = Buffer.alloc(4096);
  const { size } = fstatSync(handle);
  const read = readSync(handle, tail, 0, tail.length, Math.max(0, size - tail.length));
  return tail.subarray(0, read).toString('latin1').includes('\n{"type":"end",');
}

const endsAlready = (id: string): Problem => ({
  code: 'RUN_ENDED',
  severity: 'error',
  message: `Run ${id} has ended, and waits to be stored.`,
  hint: `"pawl run end ${id}" stores it.`,
});

export const notOpen = (id: string): Problem => ({
  code: 'RUN_NOT_OPEN',
  severity: 'error',
  message: `No open run begins with "${id}".`,
  hint: '`pawl run end --list` shows those that are open; a run that has ended never changes.',
});
