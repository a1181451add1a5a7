// Reads a zip that a stranger may have made, in memory: nothing is ever unpacked to a disk, so that no name in it can
// lead anywhere, and no byte more than announced and allowed is inflated.
import { crc32, inflateRawSync } from 'node:zlib';

export interface ZipLimits {
  readonly files: number;
  /** Of one file, unpacked. */
  readonly fileBytes: number;
  /** Of all files together, unpacked. */
  readonly bytes: number;
}

export interface ZipFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export type ReadZip = { readonly files: readonly ZipFile[] } | { readonly wrong: string };

/** What makes a zip unreadable; thrown and caught in this file only. */
class WrongZip extends Error {}

export function readZip(bytes: Buffer, limits: ZipLimits): ReadZip {
  try {
    const entries = directoryOf(bytes, limits.files);
    let left = limits.bytes;
    const files = entries
      .filter((entry) => !isFolder(entry))
      .map((entry): ZipFile => {
        const content = contentOf(bytes, entry, Math.min(limits.fileBytes, left));
        left -= content.length;
        return { path: entry.path, content };
      });
    return { files };
  } catch (error) {
    if (error instanceof WrongZip) return { wrong: error.message };
    throw error;
  }
}

interface Entry {
  readonly path: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly at: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The central directory alone says what is in a zip; readers that believe local headers see other files. */
function directoryOf(bytes: Buffer, maxFiles: number): readonly Entry[] {
  const end = endOf(bytes);
  const count = bytes.readUInt16LE(end + 10);
  const start = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || start === 0xffffffff) throw new WrongZip('it is a zip64 file, which no handover needs to be');
  if (bytes.readUInt16LE(end + 8) !== count) throw new WrongZip('it is a part of a zip in several parts');
  if (count > maxFiles) throw new WrongZip(`it has ${count} files, and ${maxFiles} are allowed`);
  const entries: Entry[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== entrySignature) throw new WrongZip('its list of files is broken');
    const nameLength = bytes.readUInt16LE(at + 28);
    const next = at + 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (next > end) throw new WrongZip('its list of files is broken');
    entries.push(entryAt(bytes, at, nameLength));
    at = next;
  }
  const paths = entries.map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new WrongZip(`it has ${shown(twice)} twice`);
  return entries;
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= 0 && at >= bytes.length - 22 - 0xffff; at--)
    if (bytes.readUInt32LE(at) === endSignature && at + 22 + bytes.readUInt16LE(at + 20) === bytes.length) return at;
  throw new WrongZip('it is no zip file, or was cut off');
}

function entryAt(bytes: Buffer, at: number, nameLength: number): Entry {
  const path = nameAt(bytes, at + 46, nameLength);
  const method = bytes.readUInt16LE(at + 10);
  if (bytes.readUInt16LE(at + 4) >> 8 === 3) {
    // Made on Unix: the mode's type is that of a plain file, a folder, or nothing.
    const type = (bytes.readUInt32LE(at + 38) >>> 28) & 0xf;
    if (type !== 0 && type !== 8 && type !== 4) throw new WrongZip(`${shown(path)} is a link or a device`);
  }
  if ((bytes.readUInt16LE(at + 8) & 1) !== 0) throw new WrongZip(`${shown(path)} is encrypted`);
  if (method !== 0 && method !== 8) throw new WrongZip(`${shown(path)} is packed in a way that GitHub never packs`);
  // Checked here too, where it is cheap to be strict: nobody who forgets the allow-list gets a path that leads out.
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\\') || path.split('/').includes('..'))
    throw new WrongZip(`it has a path that leads out of it: ${shown(path)}`);
  return {
    path,
    method,
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    at: bytes.readUInt32LE(at + 42),
  };
}

function nameAt(bytes: Buffer, at: number, length: number): string {
  let path: string;
  try {
    path = utf8.decode(bytes.subarray(at, at + length));
  } catch {
    throw new WrongZip('it has a file whose name is not UTF-8');
  }
  // oxlint-disable-next-line no-control-regex -- such names are what is looked for
  if (path === '' || /[\u0000-\u001f\u007f]/.test(path)) throw new WrongZip(`it has a file named ${shown(path)}`);
  return path;
}

const isFolder = ({ path, size }: Entry): boolean => path.endsWith('/') && size === 0;

function contentOf(bytes: Buffer, entry: Entry, limit: number): Uint8Array {
  const { path, method, packed, size, at, crc } = entry;
  if (size > limit) throw new WrongZip(`${shown(path)} unpacks to ${size} bytes, and ${limit} are allowed`);
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== localSignature)
    throw new WrongZip(`${shown(path)} is not where the list of files says`);
  const nameLength = bytes.readUInt16LE(at + 26);
  if (nameAt(bytes, at + 30, nameLength) !== path)
    throw new WrongZip(`${shown(path)} has another name where it lies than in the list of files`);
  const start = at + 30 + nameLength + bytes.readUInt16LE(at + 28);
  if (start + packed > bytes.length) throw new WrongZip(`${shown(path)} was cut off`);
  const content = unpacked(bytes.subarray(start, start + packed), method, path, size);
  if (content.length !== size || crc32(content) !== crc) throw new WrongZip(`${shown(path)} is not what was packed`);
  return content;
}

function unpacked(data: Buffer, method: number, path: string, size: number): Uint8Array {
  if (method === 0) return data;
  try {
    // One byte more than announced is already a lie; zlib stops there and never makes the rest.
    return inflateRawSync(data, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw new WrongZip(`${shown(path)} does not unpack to the ${size} bytes that it announces`);
  }
}

const shown = (path: string): string => JSON.stringify(path.slice(0, 200));
