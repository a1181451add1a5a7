// One request's answer, as it comes over a connection: its head, then its body for whoever reads it, at the speed at which
// it is read.
import { unwatch, watch, type Expiring } from './http-deadlines.ts';
import { deframer, type Deframer } from './http-framing.ts';
import { ProtocolError, readHead, type HttpHeaders, type ResponseHead } from './http-head.ts';

/** The time was over, and the connection was ended for that. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** Nobody waits for the answer any longer, and the connection was ended for that. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** How long an answer is waited for. */
export interface Patience {
  /** For the whole exchange, the last byte of the answer included. */
  readonly timeoutMs: number;
  /** Given when nobody waits any longer. */
  readonly signal?: AbortSignal;
}

/** What becomes of a request: one of both is called, once. */
export interface Told {
  arrived(received: Received): void;
  failed(error: Error): void;
}

/** What becomes of a body. `end` or `fail` is called once, and nothing after it. */
export interface BodyReader {
  take(piece: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

export interface IncomingBody {
  /** Once. What came already is handed over at once; when it has failed, or failed for being read too late, that is told. */
  read(reader: BodyReader): void;
  pause(): void;
  resume(): void;
  /** Nobody wants the rest. Where that is short, the connection lives on. */
  drop(): void;
  /** Ends the connection. */
  destroy(): void;
}

export interface Received {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: IncomingBody;
}

/** The connection, as an exchange sees it. */
export interface Line {
  pause(): void;
  resume(): void;
  /** @param kept undefined when it can carry no other request; else how long the server keeps it, where it says so */
  done(kept: { readonly forMs: number | undefined } | undefined): void;
  destroy(): void;
}

const longestHead = 65_536;
const headEnd = '\r\n\r\n';
/** What a server may say before its answer: that it goes on, and what the answer will point to. */
const mostAnnounced = 100;
/** A stream that says that it is done has but its end left; longer is no end. */
const shortRest = { bytes: 65_536, milliseconds: 250 };
const nothing = Buffer.alloc(0);
const nobody: BodyReader = { take: () => {}, end: () => {}, fail: () => {} };

export class Exchange implements IncomingBody, Expiring {
  readonly until: number;
  readonly #line: Line;
  readonly #told: Told;
  #head: ResponseHead | undefined;
  #deframer: Deframer | undefined;
  #reader: BodyReader | undefined;
  /** Of the head while it is not whole; of the body while nobody reads it. */
  #waiting: Buffer[] = [];
  #announced = 0;
  #closed = false;
  #over = false;
  #error: Error | undefined;
  /** Takes the listener for it away. */
  #deafen: (() => void) | undefined;

  constructor(line: Line, { timeoutMs, signal }: Patience, told: Told) {
    this.#line = line;
    this.#told = told;
    this.until = performance.now() + timeoutMs;
    watch(this);
    if (signal === undefined) return;
    const abandon = (): void => this.fail(new Abandoned());
    signal.addEventListener('abort', abandon);
    this.#deafen = () => signal.removeEventListener('abort', abandon);
  }

  /** It is begun anew elsewhere; nothing is told here. */
  withdraw(): void {
    this.#over = true;
    this.#forget();
  }

  expire(): void {
    this.fail(new DeadlinePassed());
  }

  receive(chunk: Buffer): void {
    try {
      if (this.#head === undefined) this.#receiveHead(chunk);
      else if (this.#reader === undefined) {
        this.#waiting.push(chunk);
        this.#line.pause();
      } else this.#feed(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error);
    }
  }

  /** The connection has ended, for whatever reason. */
  closed(error: Error | undefined): void {
    if (this.#over) return;
    if (error !== undefined) return this.fail(error);
    if (this.#head === undefined) return this.fail(new Error('closed without an answer'));
    this.#closed = true;
    // What came before is read first, and may be all.
    if (this.#reader !== undefined) this.#endByClose();
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    this.#waiting = [];
    this.#forget();
    this.#line.destroy();
    if (this.#head === undefined) this.#told.failed(error);
    else this.#reader?.fail(error);
  }

  read(reader: BodyReader): void {
    if (this.#reader !== undefined) throw new Error('a body is read once');
    this.#reader = reader;
    if (this.#error !== undefined) return reader.fail(this.#error);
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      // The empty piece ends a body that has no bytes.
      for (const chunk of waiting.length === 0 ? [nothing] : waiting) if (!this.#over) this.#feed(chunk);
      if (this.#over) return;
      if (this.#closed) this.#endByClose();
      else this.#line.resume();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error);
    }
  }

  pause(): void {
    if (!this.#over) this.#line.pause();
  }

  resume(): void {
    if (!this.#over) this.#line.resume();
  }

  drop(): void {
    if (this.#over) return;
    if (this.#reader === undefined) return this.destroy();
    let left = shortRest.bytes;
    const late = setTimeout(() => this.destroy(), shortRest.milliseconds);
    late.unref();
    this.#reader = {
      take: (piece) => {
        left -= piece.length;
        if (left < 0) this.destroy();
      },
      end: () => clearTimeout(late),
      fail: () => clearTimeout(late),
    };
    this.#line.resume();
  }

  destroy(): void {
    this.#reader = nobody;
    this.fail(new Error('nobody reads it'));
  }

  #receiveHead(chunk: Buffer): void {
    let bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([...this.#waiting, chunk]);
    this.#waiting = [];
    for (;;) {
      const end = bytes.indexOf(headEnd);
      if (end > longestHead || (end < 0 && bytes.length > longestHead))
        throw new ProtocolError('the answer has endless headers');
      if (end < 0) {
        this.#waiting.push(bytes);
        return;
      }
      const head = readHead(bytes.toString('latin1', 0, end));
      bytes = bytes.subarray(end + headEnd.length);
      // Another protocol would follow; all others below 200 come before the answer.
      if (head.status === 101) throw new ProtocolError('closed without an answer');
      if (head.status < 200) {
        if (++this.#announced > mostAnnounced) throw new ProtocolError('the answer is announced without end');
        continue;
      }
      this.#head = head;
      break;
    }
    this.#deframer = deframer(this.#head.framing);
    if (bytes.length > 0) this.#waiting.push(bytes);
    this.#told.arrived({ status: this.#head.status, headers: this.#head.headers, body: this });
  }

  #feed(chunk: Buffer): void {
    const behind = this.#deframer?.feed(chunk, (piece) => this.#reader?.take(piece));
    if (behind !== undefined && !this.#over) this.#end(behind);
  }

  #forget(): void {
    unwatch(this);
    this.#deafen?.();
  }

  #endByClose(): void {
    if (this.#deframer?.endsWithConnection === true) this.#end(0);
    else this.fail(new Error('closed before its end'));
  }

  #end(behind: number): void {
    this.#over = true;
    this.#forget();
    // What nobody asked for makes the connection unfit to be asked anything.
    const { kept, keptMs } = this.#head as ResponseHead;
    this.#line.done(kept && behind === 0 ? { forMs: keptMs } : undefined);
    this.#reader?.end();
  }
}
