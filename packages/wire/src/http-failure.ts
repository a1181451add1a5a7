// What goes wrong with a request, in words for whoever has to mend it: was nobody there, is the certificate none to
// trust, does the server speak otherwise, could the request not be made at all.
import { Abandoned, DeadlinePassed } from './http-exchange.ts';
import { NeverAsked } from './http-forbidden.ts';
import { ProtocolError } from './http-head.ts';
import { TooMuch } from './http-reading.ts';

/**
 * `kind` tells what went wrong: `url` is an address to be corrected, `request` a request that cannot be written down.
 * `status` and `body` (its beginning) are there when a server answered. Only `network` and `timeout` may go better the
 * next time.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly kind: 'url' | 'request' | 'network' | 'certificate' | 'timeout' | 'abandoned' | 'status' | 'size';
  readonly status: number | undefined;
  readonly body: string;
  readonly attempts: number;

  constructor(
    kind: HttpError['kind'],
    message: string,
    details: { status?: number; body?: string; attempts?: number; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.body = details.body ?? '';
    this.attempts = details.attempts ?? 1;
  }
}

/** The server names another address, and is not followed there. */
export class Redirected extends Error {
  override readonly name = 'Redirected';
  readonly status: number;
  /** As the server wrote it. */
  readonly location: string | null;

  constructor(status: number, location: string | null) {
    super('unexpected redirect');
    this.status = status;
    this.location = location;
  }
}

export interface Asked {
  readonly url: URL;
  readonly timeoutMs: number;
  readonly maximumBytes: number;
}

export function failureOf(error: unknown, { url, timeoutMs, maximumBytes }: Asked): HttpError {
  const { host } = url;
  if (error instanceof DeadlinePassed)
    return new HttpError('timeout', `${host} did not answer within ${timeoutMs / 1000} s`);
  if (error instanceof Abandoned) return new HttpError('abandoned', `${host} was not waited for any longer`);
  if (error instanceof TooMuch) return new HttpError('size', `${host} answered with more than ${maximumBytes} bytes`);
  if (error instanceof NeverAsked) return new HttpError('url', `${host} is never asked: ${error.message}`);
  if (error instanceof Redirected) return redirect(error, url);
  if (error instanceof ProtocolError)
    return new HttpError('network', `${host} broke the rules of HTTP: ${error.message}`, { cause: error });
  const code = codeOf(error);
  if (isOfCertificate(code)) {
    const why = certificateReasons.get(code) ?? (error as Error).message.slice(0, longestReason);
    const message = `${host} shows a certificate that cannot be trusted: ${why} (${code})`;
    return new HttpError('certificate', message, { cause: error });
  }
  if (isOfPacking(code))
    return new HttpError('network', `${host} answered with what cannot be unpacked: ${reasonOf(error)}`);
  return new HttpError('network', `${host} cannot be reached: ${reasonOf(error, host)}`, { cause: error });
}

export const requestError = (url: URL, error: unknown): HttpError =>
  new HttpError('request', `no request to ${url.host} can be made: ${reasonOf(error)}`, { cause: error });

/** The path may hold a key, and where it leads is the server's word: the origin is enough to correct an address. */
function redirect({ status, location }: Redirected, url: URL): HttpError {
  const to = location === null ? null : URL.parse(location, url.href);
  const where = to === null || to.origin === url.origin || to.host === '' ? '' : ` to ${to.origin}`;
  return new HttpError('url', `${url.host} answered ${status}, an unexpected redirect${where}, and is not followed`);
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** OpenSSL's names for what is wrong with a certificate, as Node passes them on; alerts of the other side are none. */
const isOfCertificate = (code: string): boolean =>
  code === 'ERR_TLS_CERT_ALTNAME_INVALID' ||
  (!code.startsWith('ERR_') &&
    /CERT|CRL|^UNABLE_TO_|^INVALID_(?:CA|PURPOSE)$|^(?:HOSTNAME_MISMATCH|PATH_LENGTH)/.test(code));

const unknownAuthority = 'its authority is unknown here, and NODE_EXTRA_CA_CERTS names no file that holds it';

const certificateReasons: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'it has expired'],
  ['CERT_NOT_YET_VALID', 'it is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'it is signed by itself, and NODE_EXTRA_CA_CERTS names no file that holds it'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'it is one for other names'],
  ['SELF_SIGNED_CERT_IN_CHAIN', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', unknownAuthority],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownAuthority],
]);

/** zlib's, and Brotli's, whose names Node puts behind `ERR_`. */
const isOfPacking = (code: string): boolean => /^(?:Z_|ERR_?_(?:ERROR|PADDING))/.test(code);

/** The common ones in words: Node says "connect ECONNREFUSED 127.0.0.1:1", and of several addresses nothing at all. */
const plainReasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'it closed the connection'],
  ['EPIPE', 'it closed the connection'],
  ['ENOTFOUND', 'no host has that name'],
  ['EAI_AGAIN', 'its name could not be looked up just now'],
  ['ETIMEDOUT', 'no connection came about in time'],
  ['EHOSTUNREACH', 'no way leads to it'],
  ['ENETUNREACH', 'no way leads to it'],
]);

/** OpenSSL's and Node's own words may quote what the other side sent. */
const longestReason = 300;

/** @param host that was asked; another address that failed, a proxy's, is named */
function reasonOf(cause: unknown, host = ''): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  // OpenSSL names its files, lines and functions as well.
  const handshake = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  if (handshake !== undefined)
    return /wrong version number|packet length too long/.test(handshake)
      ? 'it does not speak TLS; does its address begin with http://?'
      : `TLS: ${handshake}`;
  const code = codeOf(cause);
  const plain = plainReasons.get(code)?.replace('there', placeWords(cause, host));
  if (plain !== undefined) return plain;
  const why = message.trim().slice(0, longestReason);
  // Node's own words mostly begin with the code.
  return code === '' || why.includes(code) ? why : `${why} (${code})`.trimStart();
}

function placeWords(cause: unknown, host: string): string {
  if (!(cause instanceof Error) || !('address' in cause) || !('port' in cause)) return 'there';
  const at = `${String(cause.address)}:${String(cause.port)}`;
  return at === host ? 'there' : `at ${at}`;
}
