// The target's annotated tags, as records to replay. Tag objects never change, so each is read once.
import { parseTag, type TagRecord } from '@pawl/core/registry';
import { GitFailure, RegistryError, wordsOf } from './errors.ts';
import type { PrivateRepository } from './private-repository.ts';

export interface TagState {
  readonly records: readonly TagRecord[];
  /** Guard ref → the tag object it points to. */
  readonly guards: ReadonlyMap<string, string>;
  /** Two equal ones were read from the same refs. */
  readonly fingerprint: string;
}

/** Where a tag's message ends and its signature begins. */
export const signatureLine = /^-----BEGIN (?:PGP|SSH) SIGNATURE-----$|^-----BEGIN SIGNED MESSAGE-----$/m;

export function openTagReader(repository: PrivateRepository, guardPrefix: string): () => Promise<TagState> {
  const records = new Map<string, TagRecord>();
  return async () => {
    const refs = await listTags(repository, guardPrefix);
    const tags = [...refs].filter(([ref]) => ref.startsWith('refs/tags/') && parseTag(ref.slice(10)) !== undefined);
    const guards = new Map([...refs].filter(([ref]) => ref.startsWith(guardPrefix) && !ref.endsWith('^{}')));
    // Without a peeled line it is a lightweight tag, which GTO leaves out too.
    const annotated = tags.flatMap(([ref, oid]) => {
      const commit = refs.get(`${ref}^{}`);
      return commit === undefined ? [] : [{ tag: ref.slice(10), oid, commit }];
    });
    const unread = annotated.filter(({ oid }) => !records.has(oid));
    await repository.fetch([...new Set(unread.map(({ oid }) => oid))], { what: 'trees' });
    for (const { tag, oid, commit } of unread) {
      const object = await repository.catFile.read(oid, 1_000_000);
      if (object?.type === 'tag' && object.content !== undefined)
        records.set(oid, recordOf(tag, commit, object.content));
    }
    return {
      records: annotated.flatMap(({ oid }) => records.get(oid) ?? []),
      guards,
      fingerprint: JSON.stringify([...tags, ...guards]),
    };
  };
}

async function listTags(repository: PrivateRepository, guardPrefix: string): Promise<ReadonlyMap<string, string>> {
  return repository.listRemote(['refs/tags/', guardPrefix]).catch((cause: unknown) => {
    if (!(cause instanceof GitFailure)) throw cause;
    throw new RegistryError(
      'REGISTRY_UNREACHABLE',
      `The tags of ${repository.target.label} cannot be read: ${wordsOf(cause)}`,
      {
        hint: 'Check the network, the address and the credentials.',
        cause,
      },
    );
  });
}

function recordOf(tag: string, commit: string, content: Buffer): TagRecord {
  const text = content.toString('utf8');
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const [, actor = '', seconds = '0'] = /^tagger (.*?) ?<[^>]*> (\d+)/m.exec(head) ?? [];
  const [message = ''] = (end < 0 ? '' : text.slice(end + 2)).split(signatureLine);
  const time = Number(seconds);
  return { tag, commit, time, at: new Date(time * 1000).toISOString(), actor, message: message.trim() };
}
