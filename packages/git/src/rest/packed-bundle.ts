// A bundle as Git objects, made in memory: its ids are known before GitHub has it, so that what GitHub made of it can
// be compared, a repeated push be recognised, and a bundle in the spool be read like any other.
import { createHash } from 'node:crypto';
import type { BundleFile } from '../bundle.ts';
import { blobId } from '../digests.ts';
import type { ObjectType } from './objects.ts';

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface PackedBundle {
  /** The id that Git would give; GitHub may end the message otherwise and then gives another. */
  readonly commit: string;
  readonly tree: string;
  readonly objects: readonly { readonly oid: string; readonly type: ObjectType; readonly content: Buffer }[];
}

export interface BundleHead {
  readonly by: Person;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
}

/** @param files sorted by path */
export function packBundle(files: readonly BundleFile[], head: BundleHead): PackedBundle {
  const objects: { oid: string; type: ObjectType; content: Buffer }[] = [];
  const put = (type: ObjectType, content: Buffer): string => {
    const oid = type === 'blob' ? blobId('sha1', content) : objectId(type, content);
    objects.push({ oid, type, content });
    return oid;
  };
  const folder = (inside: readonly BundleFile[], depth: number): string => {
    const byName = Map.groupBy(inside, ({ path }) => path.split('/')[depth] ?? '');
    // Names of one folder are all folders or all files here, so that their order is Git's.
    const entries = [...byName]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, below]) => {
        const [first] = below;
        const isFile = below.length === 1 && first?.path.split('/').length === depth + 1;
        const oid = isFile ? put('blob', first.content) : folder(below, depth + 1);
        return Buffer.concat([Buffer.from(`${isFile ? '100644' : '40000'} ${name}\0`), Buffer.from(oid, 'hex')]);
      });
    return put('tree', Buffer.concat(entries));
  };
  const tree = folder(files, 0);
  const person = `${head.by.name} <${head.by.email}> ${Math.floor(head.time / 1000)} +0000`;
  const text = `tree ${tree}\nauthor ${person}\ncommitter ${person}\n\n${head.message}`;
  return { commit: put('commit', Buffer.from(text)), tree, objects };
}

const objectId = (type: ObjectType, content: Buffer): string =>
  createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');

/** What Git does not take in a name or an address. */
export const cleanPerson = ({ name, email }: Person): Person => ({
  name: name.replaceAll(/[<>\n]/g, '').trim() || 'Pawl',
  email: email.replaceAll(/[<>\s]/g, '') || pawl.email,
});

export const pawl: Person = { name: 'Pawl', email: 'pawl@users.noreply.github.com' };
