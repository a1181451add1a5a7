// Text into tokens. Data is kept as it stands; what stands between the marks is cut into words, numbers and signs.
import { templateError } from './template-error.ts';

export type TokenKind =
  | 'data'
  | 'open-output'
  | 'close-output'
  | 'open-tag'
  | 'close-tag'
  | 'name'
  | 'string'
  | 'number'
  | 'sign';

export interface Token {
  readonly kind: TokenKind;
  /** For strings what they mean; for all others how they are written. */
  readonly text: string;
  /** Offset in the template. */
  readonly at: number;
}

const signs = ['===', '!==', '==', '!=', '<=', '>=', '//', '**', ...'()[]{}.,:|+-*/%~<>='];
const space = /[ \t\r\n\u00a0]/;
const wordStart = /[A-Za-z_$]/;
const word = /[\w$]/;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** @throws TemplateError for marks that are not closed and signs that do not exist */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const pushData = (text: string, at: number): void => {
    if (text !== '') tokens.push({ kind: 'data', text, at });
  };
  let at = 0;
  let trimNext = false;
  while (at < source.length) {
    const open = nextOpening(source, at);
    const trims = open !== undefined && source[open.at + 2] === '-';
    let data = source.slice(at, open?.at);
    if (trimNext) data = data.trimStart();
    pushData(trims ? data.trimEnd() : data, at);
    trimNext = false;
    if (open === undefined) break;
    if (open.mark === '{#') {
      const end = source.indexOf('#}', open.at + 2);
      if (end < 0) throw templateError(source, open.at, 'The comment is not closed.', 'Write #} at its end.');
      trimNext = source[end - 1] === '-' && end - 1 > open.at + 1;
      at = end + 2;
      continue;
    }
    const inside = tokenizeInside(source, open, trims ? open.at + 3 : open.at + 2);
    tokens.push(...inside.tokens);
    trimNext = inside.trims;
    at = inside.end;
    const raw = open.mark === '{%' ? rawName(inside.tokens) : undefined;
    if (raw !== undefined) {
      const end = endOfRaw(source, raw, open.at, at);
      tokens.splice(-inside.tokens.length);
      let text = source.slice(at, end.start);
      if (trimNext) text = text.trimStart();
      pushData(end.trimsBefore ? text.trimEnd() : text, at);
      trimNext = end.trimsAfter;
      at = end.end;
    }
  }
  return tokens;
}

interface Opening {
  readonly at: number;
  readonly mark: '{{' | '{%' | '{#';
}

function nextOpening(source: string, from: number): Opening | undefined {
  for (let at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
    const mark = source.slice(at, at + 2);
    if (mark === '{{' || mark === '{%' || mark === '{#') return { at, mark };
  }
  return undefined;
}

interface Inside {
  readonly tokens: readonly Token[];
  readonly end: number;
  readonly trims: boolean;
}

function tokenizeInside(source: string, open: Opening, from: number): Inside {
  const isTag = open.mark === '{%';
  const closing = isTag ? '%}' : '}}';
  const tokens: Token[] = [{ kind: isTag ? 'open-tag' : 'open-output', text: open.mark, at: open.at }];
  let depth = 0;
  for (let at = from; at < source.length;) {
    const char = source[at] ?? '';
    const trims = char === '-' && source.startsWith(closing, at + 1);
    // `}}` also ends two nested dicts: only outside of brackets it closes the output.
    if (trims || (source.startsWith(closing, at) && depth === 0)) {
      tokens.push({ kind: isTag ? 'close-tag' : 'close-output', text: closing, at });
      return { tokens, end: at + closing.length + (trims ? 1 : 0), trims };
    }
    if (space.test(char)) {
      at += 1;
      continue;
    }
    const token = readToken(source, at);
    if (token.text === '{' && token.kind === 'sign') depth += 1;
    if (token.text === '}' && token.kind === 'sign') depth -= 1;
    tokens.push({ kind: token.kind, text: token.text, at });
    at = token.end;
  }
  throw templateError(source, open.at, `"${open.mark}" is not closed.`, `Write ${closing} at its end.`);
}

function readToken(source: string, at: number): { kind: TokenKind; text: string; end: number } {
  const char = source[at] ?? '';
  if (char === '"' || char === "'") return readString(source, at, char);
  if (wordStart.test(char)) {
    let end = at + 1;
    while (end < source.length && word.test(source[end] ?? '')) end += 1;
    return { kind: 'name', text: source.slice(at, end), end };
  }
  const number = /^\d+(?:\.\d+)?/.exec(source.slice(at, at + 40))?.[0];
  if (number !== undefined) return { kind: 'number', text: number, end: at + number.length };
  const sign = signs.find((text) => source.startsWith(text, at));
  if (sign === undefined)
    throw templateError(
      source,
      at,
      `"${char}" has no meaning here.`,
      'Text that is meant as it stands goes between {% raw %} and {% endraw %}.',
    );
  return { kind: 'sign', text: sign, end: at + sign.length };
}

function readString(source: string, at: number, quote: string): { kind: 'string'; text: string; end: number } {
  let text = '';
  for (let index = at + 1; index < source.length; index++) {
    const char = source[index] ?? '';
    if (char === quote) return { kind: 'string', text, end: index + 1 };
    if (char === '\\') {
      index += 1;
      const escaped = source[index] ?? '';
      text += escapes[escaped] ?? escaped;
    } else text += char;
  }
  throw templateError(source, at, 'The text in quotes is not closed.', `Write ${quote} at its end.`);
}

function rawName(tokens: readonly Token[]): string | undefined {
  const name = tokens[1]?.text;
  return tokens.length === 3 && (name === 'raw' || name === 'verbatim') ? name : undefined;
}

interface RawEnd {
  readonly start: number;
  readonly end: number;
  readonly trimsBefore: boolean;
  readonly trimsAfter: boolean;
}

/** Raw blocks nest, as in nunjucks. */
function endOfRaw(source: string, name: string, open: number, from: number): RawEnd {
  const marks = new RegExp(`\\{%(-?)[ \\t\\r\\n]*(end)?${name}[ \\t\\r\\n]*(-?)%\\}`, 'g');
  marks.lastIndex = from;
  let depth = 1;
  for (let match = marks.exec(source); match !== null; match = marks.exec(source)) {
    depth += match[2] === undefined ? 1 : -1;
    if (depth === 0)
      return { start: match.index, end: marks.lastIndex, trimsBefore: match[1] === '-', trimsAfter: match[3] === '-' };
  }
  throw templateError(source, open, `{% ${name} %} is not closed.`, `Write {% end${name} %}.`);
}
