// A body as its reader wants it: whole, or piece by piece; unpacked, and never more of it than was agreed to.
import type { BodyReader, IncomingBody, Received } from './http-exchange.ts';
import type { HttpHeaders } from './http-head.ts';

/** More than the limit came. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

interface WholeTold {
  whole(bytes: Buffer): void;
  /** With TooMuch, or whatever broke the connection. */
  failed(error: Error): void;
}

/** Told and not promised: what is not packed goes to its reader while its last piece is being received. */
export function wholeBody({ headers, body }: Received, maximumBytes: number, told: WholeTold): void {
  const packing = packingOf(headers);
  const pieces: Buffer[] = [];
  let bytes = 0;
  body.read({
    take: (piece) => {
      bytes += piece.length;
      if (bytes <= maximumBytes) return void pieces.push(piece);
      told.failed(new TooMuch());
      body.destroy();
    },
    end: () => {
      const all = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      // An empty body is empty in every packing.
      if (packing === undefined || all.length === 0) told.whole(all);
      else void unpacked(all, packing, maximumBytes).then((whole) => told.whole(whole), told.failed);
    },
    fail: (error) => told.failed(error),
  });
}

/** Whoever stops before the end ends the connection, unless no more than an end is left. */
export async function* bodyPieces({ headers, body }: Received, maximumBytes: number): AsyncGenerator<Uint8Array> {
  const packing = packingOf(headers);
  const pieces = new Pieces(body);
  let bytes = 0;
  for await (const piece of packing === undefined ? pieces : unpackedPieces(pieces, packing)) {
    bytes += piece.length;
    if (bytes > maximumBytes) {
      body.destroy();
      throw new TooMuch();
    }
    yield piece;
  }
}

/** So much may wait for a reader who is slow; the server waits then. */
const mostWaiting = 262_144;

class Pieces implements AsyncIterableIterator<Buffer>, BodyReader {
  readonly #body: IncomingBody;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #end: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;

  constructor(body: IncomingBody) {
    this.#body = body;
    body.read(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  take(piece: Buffer): void {
    this.#waiting.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes > mostWaiting) this.#body.pause();
    this.#wake?.();
  }

  end(): void {
    this.#end = {};
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#end = { error };
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Buffer>> {
    for (;;) {
      // What waits is one piece for whoever asks: a burst of small ones costs as much as one.
      const [first, ...others] = this.#waiting;
      if (first !== undefined) {
        if (this.#bytes > mostWaiting) this.#body.resume();
        this.#waiting = [];
        this.#bytes = 0;
        return { done: false, value: others.length === 0 ? first : Buffer.concat([first, ...others]) };
      }
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return { done: true, value: undefined };
      await new Promise<void>((resolve) => void (this.#wake = resolve));
      this.#wake = undefined;
    }
  }

  async return(): Promise<IteratorResult<Buffer>> {
    this.#waiting = [];
    this.#body.drop();
    return { done: true, value: undefined };
  }
}

type Packing = 'brotli' | 'zip';

/** Undefined where nothing is packed, or in a way that is not known: then it is given as it is. */
function packingOf(headers: HttpHeaders): Packing | undefined {
  const name = headers.get('content-encoding')?.toLowerCase();
  return name === undefined ? undefined : packings.get(name);
}

const packings: ReadonlyMap<string, Packing> = new Map([
  ['br', 'brotli'],
  ['deflate', 'zip'],
  ['gzip', 'zip'],
  ['x-gzip', 'zip'],
]);

async function unpacked(bytes: Buffer, packing: Packing, maxOutputLength: number): Promise<Buffer> {
  const { brotliDecompress, unzip } = await import('node:zlib');
  return new Promise((resolve, reject) => {
    const done = (error: NodeJS.ErrnoException | null, whole: Buffer): void => {
      if (error === null) resolve(whole);
      else reject(error.code === 'ERR_BUFFER_TOO_LARGE' ? new TooMuch() : error);
    };
    if (packing === 'brotli') brotliDecompress(bytes, { maxOutputLength }, done);
    else unzip(bytes, { maxOutputLength }, done);
  });
}

async function* unpackedPieces(pieces: AsyncIterable<Buffer>, packing: Packing): AsyncGenerator<Buffer> {
  const { createBrotliDecompress, createUnzip } = await import('node:zlib');
  const { pipeline, Readable } = await import('node:stream');
  // What goes wrong is thrown to whoever reads.
  const decoder = packing === 'brotli' ? createBrotliDecompress() : createUnzip();
  yield* pipeline(Readable.from(pieces), decoder, () => {}) as AsyncIterable<Buffer>;
}
