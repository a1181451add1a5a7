// The frames of a `.wandb` file: LevelDB's log format with W&B's own header. A run that crashed leaves a torn tail.
// https://github.com/google/leveldb/blob/main/doc/log_format.md, https://github.com/wandb/wandb/blob/main/core/pkg/leveldb/record.go
import { crc32 } from 'node:zlib';
import { ExchangeError } from '../exchange-error.ts';

export interface LogRecords {
  readonly records: readonly Uint8Array[];
  /** Why the file ends before its end, or lost a record; undefined when it is whole. */
  readonly damage?: string;
}

const blockSize = 32_768;
const frameHeader = 7;
const fileHeader = 7;
const magic = 0xbee1;
/** W&B's own limit of one record is far below. */
const largestRecord = 64_000_000;
const kinds = { full: 1, first: 2, middle: 3, last: 4 };

/** @throws ExchangeError when the file is none of W&B's, or of a version that nobody knows */
export function readLogRecords(bytes: Uint8Array): LogRecords {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.length < fileHeader ||
    new TextDecoder().decode(bytes.subarray(0, 4)) !== ':W&B' ||
    view.getUint16(4, true) !== magic
  )
    throw new ExchangeError(
      'WANDB_NO_LOG',
      'The file does not begin as a .wandb file does.',
      'Name a folder that wandb wrote in offline mode.',
    );
  if (view.getUint8(6) > 1)
    throw new ExchangeError(
      'WANDB_VERSION',
      `The file is of version ${view.getUint8(6)}; 0 and 1 are known.`,
      'Upgrade Pawl.',
    );
  const records: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  let size = 0;
  let lost: string | undefined;
  const lose = (why: string): void => {
    lost ??= why;
    parts = [];
    size = 0;
  };
  for (let offset = fileHeader; offset < bytes.length;) {
    const room = blockSize - (offset % blockSize);
    if (room < frameHeader) {
      offset += room;
      continue;
    }
    if (offset + frameHeader > bytes.length) return torn(records, offset, lost);
    const length = view.getUint16(offset + 4, true);
    const kind = view.getUint8(offset + 6);
    const start = offset + frameHeader;
    // A file that was allocated and never filled.
    if (kind === 0 && length === 0) return torn(records, offset, lost);
    if (length > room - frameHeader || kind < kinds.full || kind > kinds.last) {
      lose(`the block at byte ${offset} is damaged`);
      offset += room;
      continue;
    }
    if (start + length > bytes.length) return torn(records, offset, lost);
    if (crc32(bytes.subarray(offset + 6, start + length)) !== view.getUint32(offset, true)) {
      // As LevelDB does: the length may be wrong too, so the rest of the block says nothing.
      lose(`the record at byte ${offset} does not match its checksum`);
      offset += room;
      continue;
    }
    const begins = kind === kinds.full || kind === kinds.first;
    if (!begins && parts.length === 0) lose(`the record at byte ${offset} has no beginning`);
    else {
      if (begins) {
        parts = [];
        size = 0;
      }
      parts.push(bytes.subarray(start, start + length));
      size += length;
      if (size > largestRecord) lose(`the record at byte ${offset} is too large`);
      else if (kind === kinds.full || kind === kinds.last) {
        records.push(parts.length === 1 ? (parts[0] ?? new Uint8Array()) : Buffer.concat(parts));
        parts = [];
        size = 0;
      }
    }
    offset = start + length;
  }
  return parts.length > 0
    ? torn(records, bytes.length, lost)
    : { records, ...(lost !== undefined && { damage: lost }) };
}

const torn = (records: readonly Uint8Array[], offset: number, lost: string | undefined): LogRecords => ({
  records,
  damage: lost ?? `it breaks off at byte ${offset}`,
});
