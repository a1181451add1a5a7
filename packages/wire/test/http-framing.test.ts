// Bodies come out whole however the network cuts them, and what is framed wrongly does not come out.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deframer } from '../src/http-framing.ts';
import { ProtocolError, type Framing } from '../src/http-head.ts';

/** @returns what came out, and how much was behind it; undefined while more is waited for */
function fed(framing: Framing, text: string, sizes: readonly number[] = []): { body: string; behind?: number } {
  const bytes = Buffer.from(text, 'latin1');
  const parts = deframer(framing);
  let body = '';
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[turn % sizes.length] ?? 1);
    const behind = parts.feed(bytes.subarray(start, start + size), (piece) => void (body += piece.toString('latin1')));
    start += size;
    if (behind !== undefined) return { body, behind: behind + Math.max(0, bytes.length - start) };
  }
  return { body };
}

test('chunks are put together however they are cut, with extensions and trailers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 20, unit: 'binary-ascii' }), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 5 }),
      (pieces, sizes) => {
        const chunks = pieces.map((piece) => `${piece.length.toString(16)} ;a=b\r\n${piece}\r\n`).join('');
        const text = `${chunks}0\r\nx-trailer: 1\r\n\r\nbehind`;
        expect(fed({ by: 'chunks' }, text, sizes)).toEqual({ body: pieces.join(''), behind: 6 });
      },
    ),
    { numRuns: 200 },
  );
});

test('a length is kept to', () => {
  expect(fed({ by: 'length', bytes: 4 }, 'bodymore', [3])).toEqual({ body: 'body', behind: 4 });
  expect(fed({ by: 'length', bytes: 9 }, 'body', [3])).toEqual({ body: 'body' });
  expect(deframer({ by: 'length', bytes: 0 }).feed(Buffer.alloc(0), () => {})).toBe(0);
  expect(fed({ by: 'close' }, 'body')).toEqual({ body: 'body' });
});

test.each([
  ['x\r\n'],
  ['-1\r\n'],
  ['0x5\r\n'],
  ['5\nabcde\r\n'],
  ['5\r\nabcdeX\r\n'],
  ['5\r\nabcde0\r\n\r\n'],
  ['fffffffffffff\r\n'],
  [`5;${'a'.repeat(20_000)}\r\n`],
  [`5;${'a'.repeat(20_000)}`],
  [`0\r\n${'x: y\r\n'.repeat(10_000)}`],
])('%.20j is no chunk', (text) => {
  expect(() => fed({ by: 'chunks' }, text)).toThrow(ProtocolError);
});
