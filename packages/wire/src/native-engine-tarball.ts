// Unpacks an npm tarball: regular files under one top folder, nothing else, nothing outside.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const blockSize = 512;

/** More than any engine's package; a bomb is stopped here. */
const unpackedLimit = 512 * 1024 * 1024;

/**
 * @param tarball gzipped, in POSIX tar format as `npm pack` writes it
 * @param folder made if needed; receives what lies under the tarball's top folder (`package/`)
 * @param keeps which files are written, by their paths in the package; left out, all
 * @throws Error when it is no such archive, or holds a path that leads outside
 */
export async function unpackTarball(
  tarball: Uint8Array,
  folder: string,
  keeps: (path: string) => boolean = () => true,
): Promise<void> {
  // Loaded here: every command starts with this file, and few ever unpack anything.
  const { gunzip } = await import('node:zlib');
  const archive = await promisify(gunzip)(tarball, { maxOutputLength: unpackedLimit });
  await mkdir(folder, { recursive: true });
  for (const { path, data, executable } of entriesOf(archive)) {
    const parts = path.split('/').slice(1);
    if (
      parts.length === 0 ||
      parts.some((part) => part === '' || part === '.' || part === '..' || /[\\:\0]/.test(part))
    ) {
      throw new Error(`it holds a path that is not allowed ("${path}")`);
    }
    if (!keeps(parts.join('/'))) continue;
    const target = join(folder, ...parts);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, data);
    if (executable) await chmod(target, 0o755);
  }
}

interface Entry {
  readonly path: string;
  readonly data: Buffer;
  readonly executable: boolean;
}

/** Regular files only: links and devices are left out, since no package needs them. */
function* entriesOf(archive: Buffer): Generator<Entry> {
  let longPath: string | undefined;
  for (let at = 0; at + blockSize <= archive.length;) {
    const header = archive.subarray(at, at + blockSize);
    if (header.every((byte) => byte === 0)) return;
    const size = octal(header, 124, 12);
    const data = archive.subarray(at + blockSize, at + blockSize + size);
    if (data.length < size) throw new Error('it ends in the middle of a file');
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') longPath = paxPath(data);
    if (type !== '0' && type !== '\0') continue;
    const prefix = text(header, 345, 155);
    const name = text(header, 0, 100);
    yield {
      path: longPath ?? (prefix === '' ? name : `${prefix}/${name}`),
      data,
      executable: (octal(header, 100, 8) & 0o100) !== 0,
    };
    longPath = undefined;
  }
}

function text(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
}

function octal(header: Buffer, start: number, length: number): number {
  const value = Number.parseInt(text(header, start, length).trim() || '0', 8);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error('a header is damaged');
  return value;
}

/** Records of the form `<length> <key>=<value>\n`. */
function paxPath(data: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(data.toString('utf8'))?.[1];
}
