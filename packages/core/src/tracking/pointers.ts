// Small files that stand for large ones: DVC's and Git LFS's. What they say is a digest and an address.
import { parseYaml } from '../formats/read-yaml.ts';

export interface PointedFile {
  /** From the folder the pointer lies in. */
  readonly path: string;
  /** `md5:<32 hex digits>`, with `.dir` at its end for a folder. */
  readonly digest: string;
  readonly bytes?: number;
}

/** What a `.dvc` file points to (`outs`). Empty when it is none. */
export const readDvcPointer = (text: string): readonly PointedFile[] => outsOf(plain(text));

/** What the stages of a `dvc.lock` made (`stages.*.outs`). */
export function readDvcLock(text: string): readonly PointedFile[] {
  const stages = member(plain(text), 'stages');
  return typeof stages === 'object' && stages !== null ? Object.values(stages).flatMap(outsOf) : [];
}

function outsOf(holder: unknown): readonly PointedFile[] {
  const outs = member(holder, 'outs');
  if (!Array.isArray(outs)) return [];
  return outs.flatMap((out: unknown) => {
    const [path, md5, size] = [member(out, 'path'), member(out, 'md5'), member(out, 'size')];
    if (typeof path !== 'string' || typeof md5 !== 'string' || !/^[0-9a-f]{32}(?:\.dir)?$/.test(md5)) return [];
    return [{ path, digest: `md5:${md5}`, ...(typeof size === 'number' && { bytes: size }) }];
  });
}

function plain(text: string): unknown {
  try {
    return parseYaml({ text, file: '' }, 'DVC').value?.document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

/** The `sha256:…` of the file that a Git LFS pointer stands for (its specification, version 1); undefined when it is none. */
export function readLfsPointer(text: string): string | undefined {
  if (text.length > 1024 || !text.startsWith('version https://git-lfs.github.com/spec/v1\n')) return undefined;
  const oid = /^oid (sha256:[0-9a-f]{64})$/m.exec(text)?.[1];
  return oid;
}
