// The bytes of a body without what frames them, however the network cuts them.
import { ProtocolError, type Framing } from './http-head.ts';

export interface Deframer {
  /**
   * Hands the body's own bytes on.
   * @returns how many bytes of the chunk lie behind the body's end; undefined while it goes on
   * @throws ProtocolError
   */
  feed(chunk: Buffer, take: (piece: Buffer) => void): number | undefined;
  /** Whether a connection that ends now ends the body. */
  readonly endsWithConnection: boolean;
}

export function deframer(framing: Framing): Deframer {
  if (framing.by === 'length') return byLength(framing.bytes);
  if (framing.by === 'chunks') return new Chunks();
  return {
    endsWithConnection: true,
    feed: (chunk, take) => {
      if (chunk.length > 0) take(chunk);
      return undefined;
    },
  };
}

function byLength(bytes: number): Deframer {
  let left = bytes;
  return {
    endsWithConnection: false,
    feed: (chunk, take) => {
      const own = Math.min(left, chunk.length);
      left -= own;
      if (own > 0) take(own === chunk.length ? chunk : chunk.subarray(0, own));
      return left === 0 ? chunk.length - own : undefined;
    },
  };
}

/** Sizes, what is said beside them, and what follows the last chunk: more is no answer. */
const longestLine = 16_384;
const mostTrailers = 16_384;

/** RFC 9112, 7.1: size line, that many bytes, line end; a size of 0, trailers, an empty line. */
class Chunks implements Deframer {
  readonly endsWithConnection = false;
  #at: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  #left = 0;
  #line = '';
  #trailers = 0;

  feed(chunk: Buffer, take: (piece: Buffer) => void): number | undefined {
    let from = 0;
    while (from < chunk.length) {
      if (this.#at === 'data') {
        const to = Math.min(chunk.length, from + this.#left);
        take(chunk.subarray(from, to));
        this.#left -= to - from;
        from = to;
        if (this.#left === 0) this.#at = 'data-end';
        continue;
      }
      const end = chunk.indexOf(0x0a, from);
      const to = end < 0 ? chunk.length : end + 1;
      this.#line += chunk.toString('latin1', from, to);
      from = to;
      if (this.#line.length > longestLine) throw new ProtocolError('the answer has an endless line');
      if (end >= 0 && this.#endOfLine()) return chunk.length - from;
    }
    return undefined;
  }

  /** @returns whether that was the last line of all */
  #endOfLine(): boolean {
    if (!this.#line.endsWith('\r\n')) throw new ProtocolError('the answer has a line without its end');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    if (this.#at === 'size') {
      const size = /^([\da-f]{1,12})[ \t]*(?:;[^\r\n\0]*)?$/i.exec(line)?.[1];
      if (size === undefined) throw new ProtocolError('the answer has a chunk without a size');
      this.#left = Number.parseInt(size, 16);
      this.#at = this.#left === 0 ? 'trailer' : 'data';
      return false;
    }
    if (this.#at === 'data-end') {
      if (line !== '') throw new ProtocolError('the answer has a chunk that is longer than its size');
      this.#at = 'size';
      return false;
    }
    this.#trailers += line.length;
    if (this.#trailers > mostTrailers) throw new ProtocolError('the answer has endless trailers');
    return line === '';
  }
}
