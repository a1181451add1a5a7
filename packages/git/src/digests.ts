// Digests: content is known by SHA-256, places in Git by Git's own hash.
import { createHash } from 'node:crypto';

export const sha256 = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

export type ObjectFormat = 'sha1' | 'sha256';

/** The id Git will give to a blob, known before it is written. */
export const blobId = (format: ObjectFormat, content: Uint8Array): string =>
  createHash(format).update(`blob ${content.length}\0`).update(content).digest('hex');
