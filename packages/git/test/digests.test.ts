import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256 } from '../src/digests.ts';

test('a digest is the same by our own code and by Node’s, which takes over after so many bytes', () => {
  const byNode = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
  const texts = ['', 'a', 'naïve – 𝄞', 'x'.repeat(20_000), 'ü'.repeat(20_000), 'y'.repeat(50_000), 'once more'];
  for (const text of texts) {
    expect(sha256(text)).toBe(byNode(text));
    expect(sha256(Buffer.from(text))).toBe(byNode(Buffer.from(text)));
  }
});
