// Digests: content is known by SHA-256, places in Git by Git's own hash.
import { createHash } from 'node:crypto';
import { sha256Bytes } from '@pawl/core';

/**
 * Loading Node's cryptography takes as long as our own code takes for so many bytes: a short command hashes its prompt
 * and its report, and is spared that.
 */
const ownBytes = 32_768;
let left = ownBytes;

export function sha256(data: string | Uint8Array): string {
  if (data.length <= left) {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    left -= bytes.length;
    return `sha256:${Buffer.from(sha256Bytes(bytes)).toString('hex')}`;
  }
  left = 0;
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

export type ObjectFormat = 'sha1' | 'sha256';

/** The id Git will give to a blob, known before it is written. */
export const blobId = (format: ObjectFormat, content: Uint8Array): string =>
  createHash(format).update(`blob ${content.length}\0`).update(content).digest('hex');
