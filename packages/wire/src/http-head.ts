// The heads of HTTP/1.1 messages: a request's made, an answer's read. Source of the rules: RFC 9112. Stricter than it has
// to be wherever an answer could be read in two ways: what is unclear is a broken connection, never a guess.

/** Of a response; names are found in any case. `Headers` is one, but loads all of Node's fetch. */
export interface HttpHeaders extends Iterable<[name: string, value: string]> {
  get(name: string): string | null;
  keys(): Iterable<string>;
}

/** How the end of a body is found. */
export type Framing =
  | { readonly by: 'length'; readonly bytes: number }
  | { readonly by: 'chunks' }
  /** Whatever comes until the connection ends. */
  | { readonly by: 'close' };

export interface ResponseHead {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly framing: Framing;
  /** Whether the connection may carry another request. */
  readonly kept: boolean;
  /** How long the server keeps it without one, in milliseconds; undefined when it does not say. */
  readonly keptMs: number | undefined;
}

/** What came is not HTTP. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export interface RequestParts {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const token = /^[!#$%&'*+\-.^_`|~\w]+$/;
/** Whoever could put a line break into a value could put a header of their own behind it. */
const unfit = /[^\t\x20-\x7e\x80-\xff]/;
/** How the message is framed and the connection kept is settled here, and by nobody who gives headers. */
const ours = new Set(['connection', 'content-length', 'keep-alive', 'proxy-connection', 'transfer-encoding']);
const always = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'node' };

/** Headers as they are sent, by their names in lower case. @throws TypeError for one that would not stay one line */
export function requestHeaders({ url, headers }: RequestParts): ReadonlyMap<string, string> {
  const all = new Map<string, string>(Object.entries({ host: url.host, ...always }));
  for (const [name, value] of Object.entries(headers)) {
    if (!token.test(name)) throw new TypeError(`"${name.replace(/[^\x20-\x7e]/g, '?')}" is no name of a header`);
    if (unfit.test(value)) throw new TypeError(`the header ${name} holds a character that no header may hold`);
    const written = name.toLowerCase();
    if (!ours.has(written)) all.set(written, value);
  }
  return all;
}

/** From the request line to the empty line. @throws TypeError for a header that would not stay one line */
export function requestHead(parts: RequestParts): string {
  const { method, url, body } = parts;
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  for (const [name, value] of requestHeaders(parts)) head += `${name}: ${value}\r\n`;
  if (body !== undefined || method !== 'GET') head += `content-length: ${Buffer.byteLength(body ?? '')}\r\n`;
  return `${head}connection: keep-alive\r\n\r\n`;
}

/** All of it at once: a status line, and lines of a name, a colon and a value. */
const wellFormed = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n\0]*)?(?:\r\n[!#$%&'*+\-.^_`|~\w]+:[^\r\n\0]*)*$/;

/** @param text without the empty line @throws ProtocolError */
export function readHead(text: string): ResponseHead {
  const [, minor, code] = wellFormed.exec(text) ?? [];
  if (minor === undefined) throw new ProtocolError('the answer does not begin as HTTP does');
  const status = Number(code);
  const headers = new ReceivedHeaders();
  for (let end = text.indexOf('\r\n'); end >= 0;) {
    const start = end + 2;
    const colon = text.indexOf(':', start);
    end = text.indexOf('\r\n', start);
    headers.add(text.slice(start, colon), trimmed(text, colon + 1, end < 0 ? text.length : end));
  }
  const framing = framingOf(status, headers);
  const options = (headers.get('connection') ?? '').toLowerCase();
  const kept = minor === '1' ? !/\bclose\b/.test(options) : /\bkeep-alive\b/.test(options);
  const seconds = /\btimeout=(\d{1,6})\b/.exec(headers.get('keep-alive') ?? '')?.[1];
  return {
    status,
    headers,
    framing,
    kept: kept && framing.by !== 'close',
    keptMs: seconds === undefined ? undefined : Number(seconds) * 1000,
  };
}

function framingOf(status: number, headers: HttpHeaders): Framing {
  if (status < 200 || status === 204 || status === 304) return { by: 'length', bytes: 0 };
  const coding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (coding !== null) {
    // Two ends of one answer: what is behind the nearer one could be given out as the answer to somebody else's request.
    if (length !== null) throw new ProtocolError('the answer tells its length in two ways');
    if (coding.toLowerCase() !== 'chunked')
      throw new ProtocolError('the answer comes in a transfer encoding unknown here');
    return { by: 'chunks' };
  }
  if (length === null) return { by: 'close' };
  if (!/^\d{1,15}$/.test(length)) throw new ProtocolError('the answer has a length that is no number');
  return { by: 'length', bytes: Number(length) };
}

export class ReceivedHeaders implements HttpHeaders {
  readonly #values = new Map<string, string>();

  add(name: string, value: string): void {
    const written = name.toLowerCase();
    const earlier = this.#values.get(written);
    this.#values.set(written, earlier === undefined ? value : `${earlier}, ${value}`);
  }

  get(name: string): string | null {
    return this.#values.get(name) ?? this.#values.get(name.toLowerCase()) ?? null;
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#values[Symbol.iterator]();
  }
}

/** Blanks and tabs alone are no part of a value. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
