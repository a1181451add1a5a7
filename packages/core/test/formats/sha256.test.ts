import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256Bytes } from '../../src/formats/sha256.ts';

test('is what OpenSSL says, of every length around the edges of its blocks', () => {
  for (const length of [...Array.from({ length: 200 }, (_, index) => index), 4096, 100_003]) {
    const message = Uint8Array.from({ length }, (_, index) => (index * 167 + length) % 256);
    expect([length, Buffer.from(sha256Bytes(message)).toString('hex')]).toEqual([
      length,
      createHash('sha256').update(message).digest('hex'),
    ]);
  }
});
