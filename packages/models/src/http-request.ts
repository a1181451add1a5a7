// The request that a generic HTTP provider sends, from its settings or from raw HTTP text.
import type { EvalProvider } from '@pawl/core';
import type { HttpRequest } from '@pawl/wire';
import { textSetting, type SecretFiller } from './config-values.ts';
import { isMap } from './json-member.ts';
import { bodyMaker, encoded, textMaker, type Maker, type Rendered, type Values } from './request-template.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

interface Written {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly query: Readonly<Record<string, unknown>>;
}

/** @returns a failure when the settings make no request */
export function openHttpRequest(provider: EvalProvider, filler: SecretFiller): Rendered<Maker<HttpRequest>> {
  const written = writtenOf(provider, filler);
  if ('failure' in written) return written;
  const { value } = written;
  const file = provider.place.file;
  const hasBody = value.body !== undefined && value.body !== null;
  const method = methods.find((name) => name === (value.method ?? (hasBody ? 'POST' : 'GET')).toUpperCase());
  if (method === undefined) return { failure: `the method "${value.method}" is unknown` };
  // A case's text must not choose who gets the headers, and the keys in them.
  if (/\{[{%]/.test(/^[^/]*\/\/[^/?#]*/.exec(value.url)?.[0] ?? value.url))
    return { failure: 'the host of url must not hold variables' };
  const own = Object.fromEntries(Object.entries(value.headers).map(([name, text]) => [name.toLowerCase(), text]));
  const json = own['content-type'] === undefined || /json/i.test(own['content-type']);
  const headers = { ...(hasBody && json && { 'content-type': 'application/json' }), ...own };
  const makers = {
    url: textMaker(value.url, file),
    headers: mapMaker(headers, file),
    query: mapMaker(value.query, file),
    body: hasBody ? bodyMaker(value.body, json, file) : undefined,
  };
  const { url, headers: headersOf, query: queryOf, body: bodyOf } = makers;
  if ('failure' in url) return url;
  if ('failure' in headersOf) return headersOf;
  if ('failure' in queryOf) return queryOf;
  if (bodyOf !== undefined && 'failure' in bodyOf) return bodyOf;
  return { value: (values) => made({ method, url, headersOf, queryOf, bodyOf }, values) };
}

interface Makers {
  readonly method: HttpRequest['method'];
  readonly url: Maker<string>;
  readonly headersOf: Maker<Readonly<Record<string, string>>>;
  readonly queryOf: Maker<Readonly<Record<string, string>>>;
  readonly bodyOf: Maker<string> | undefined;
}

function made({ method, url, headersOf, queryOf, bodyOf }: Makers, values: Values): Rendered<HttpRequest> {
  const address = url(encoded(values) as Values);
  if ('failure' in address) return address;
  const headers = headersOf(values);
  if ('failure' in headers) return headers;
  const query = queryOf(values);
  if ('failure' in query) return query;
  const body = bodyOf?.(values);
  if (body !== undefined && 'failure' in body) return body;
  const full = URL.parse(address.value);
  if (full === null) return { failure: `"${address.value}" is no URL` };
  for (const [name, text] of Object.entries(query.value)) full.searchParams.append(name, text);
  return {
    value: {
      method,
      url: full.href,
      // A line break would start a header of its own.
      headers: Object.fromEntries(
        Object.entries(headers.value).map(([name, text]) => [name, text.replace(/[\r\n]+/g, ' ')]),
      ),
      ...(body !== undefined && { body: body.value }),
    },
  };
}

function mapMaker(
  map: Readonly<Record<string, unknown>>,
  file: string,
): Maker<Readonly<Record<string, string>>> | { readonly failure: string } {
  const makers: [string, Maker<string>][] = [];
  for (const [name, value] of Object.entries(map)) {
    const make = textMaker(String(value), file);
    if ('failure' in make) return make;
    makers.push([name, make]);
  }
  return (values) => {
    const result: [string, string][] = [];
    for (const [name, make] of makers) {
      const text = make(values);
      if ('failure' in text) return text;
      result.push([name, text.value]);
    }
    return { value: Object.fromEntries(result) };
  };
}

function writtenOf({ config }: EvalProvider, filler: SecretFiller): Rendered<Written> {
  const raw = textSetting(config, 'request');
  if (raw !== undefined) return rawRequest(filler.fill(raw), config['useHttps'] === true);
  const url = textSetting(config, 'url');
  if (url === undefined) return { failure: 'there is no url' };
  return {
    value: {
      url: filler.fill(url),
      method: textSetting(config, 'method'),
      headers: filler.headers(config['headers']),
      body: filled(config['body'], filler),
      query: isMap(config['queryParams']) ? (filled(config['queryParams'], filler) as Values) : {},
    },
  };
}

function filled(value: unknown, filler: SecretFiller): unknown {
  if (typeof value === 'string') return filler.fill(value);
  if (Array.isArray(value)) return value.map((item) => filled(item, filler));
  return isMap(value)
    ? Object.fromEntries(Object.entries(value).map(([name, child]) => [name, filled(child, filler)]))
    : value;
}

/** As tools that record traffic write it: a request line, headers, an empty line, the body. */
function rawRequest(text: string, https: boolean): Rendered<Written> {
  const [head = '', ...rest] = text.trimStart().split(/\r?\n\r?\n/);
  const [first = '', ...lines] = head.split(/\r?\n/);
  const [method, target] = first.trim().split(/\s+/);
  if (method === undefined || target === undefined) return { failure: 'the raw request has no request line' };
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { host, 'content-length': _length, ...others } = headers;
  if (host === undefined) return { failure: 'the raw request has no Host header' };
  const body = rest.join('\n\n').trim();
  const url = `${https ? 'https' : 'http'}://${host}${target.startsWith('/') ? '' : '/'}${target}`;
  return { value: { url, method, headers: others, body: body === '' ? undefined : body, query: {} } };
}
