// Makes zips, honest and otherwise: every field that a reader might believe can be made a lie.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Unix mode with its file type; default a plain file. */
  readonly mode?: number;
  /** Announced size, when it is not the true one. */
  readonly size?: number;
  /** Name in the local header, when it is not that of the list of files. */
  readonly localPath?: string;
  /** 0 stored, 8 deflated (default); others are written as they are. */
  readonly method?: number;
  /** General purpose bits: 1 says encrypted. */
  readonly flags?: number;
}

export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content);
    const packed = (entry.method ?? 8) === 8 ? deflateRawSync(content) : content;
    const fields = fieldsOf(entry, content, packed);
    const local = Buffer.from(entry.localPath ?? entry.path, 'utf8');
    const body = Buffer.concat([header(0x04034b50, [20], fields, local.length), local, packed]);
    const name = Buffer.from(entry.path, 'utf8');
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((((entry.mode ?? 0o100644) << 16) >>> 0) >>> 0, 6);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([header(0x02014b50, [0x0314, 20], fields, name.length), tail, name]));
    bodies.push(body);
    at += body.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, list, end]);
}

/** What local header and list of files have in common: flags, method, time, CRC, sizes. */
function fieldsOf({ flags = 0, method = 8, size }: ZipEntry, content: Buffer, packed: Buffer): Buffer {
  const fields = Buffer.alloc(20);
  fields.writeUInt16LE(flags, 0);
  fields.writeUInt16LE(method, 2);
  fields.writeUInt32LE(crc32(content), 8);
  fields.writeUInt32LE(packed.length, 12);
  fields.writeUInt32LE(size ?? content.length, 16);
  return fields;
}

function header(signature: number, versions: readonly number[], fields: Buffer, nameLength: number): Buffer {
  const head = Buffer.alloc(4 + versions.length * 2);
  head.writeUInt32LE(signature, 0);
  versions.forEach((version, index) => head.writeUInt16LE(version, 4 + index * 2));
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16LE(nameLength, 0);
  return Buffer.concat([head, fields, lengths]);
}
