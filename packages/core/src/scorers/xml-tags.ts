// The tags of a text that may or may not be XML: what reads as a tag is one, the rest is text. One pass, no recursion.
export interface Tag {
  /** `stray`: a `<` that begins no tag. */
  readonly kind: 'open' | 'close' | 'empty' | 'other' | 'stray';
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  /** Of `open`, `close` and `empty`. */
  readonly name: string;
}

const nameStart =
  ':A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';

/** A name of XML 1.0, production 5. */
export const xmlName = `[${nameStart}][-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}${nameStart}]*`;

export function* tagsOf(text: string): Generator<Tag> {
  const name = new RegExp(xmlName, 'uy');
  let at = text.indexOf('<');
  while (at !== -1) {
    const tag = tagAt(text, at, name) ?? { kind: 'stray', start: at, end: at + 1, name: '' };
    yield tag;
    at = text.indexOf('<', tag.end);
  }
}

function tagAt(text: string, start: number, name: RegExp): Tag | undefined {
  const next = text[start + 1];
  if (next === '!' || next === '?') return { kind: 'other', start, end: declarationEnd(text, start), name: '' };
  const closes = next === '/';
  name.lastIndex = start + (closes ? 2 : 1);
  const found = name.exec(text)?.[0];
  if (found === undefined) return undefined;
  const last = tagEnd(text, start);
  if (last === -1) return undefined;
  const kind = closes ? 'close' : /\/\s*$/.test(text.slice(Math.max(start, last - 50), last)) ? 'empty' : 'open';
  return { kind, start, end: last + 1, name: found };
}

/** The `>` that ends a tag, -1 where another tag begins first or none does; quotes hide both. */
export function tagEnd(text: string, start: number, endsAtTag = true): number {
  let quote = 0;
  for (let at = start + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (quote !== 0) {
      if (unit === quote) quote = 0;
    } else if (unit === 0x22 || unit === 0x27) quote = unit;
    else if (unit === 0x3c && endsAtTag) return -1;
    else if (unit === 0x3e) return at;
  }
  return -1;
}

function declarationEnd(text: string, start: number): number {
  if (text.startsWith('<!--', start)) return behind(text, '-->', start + 4);
  if (text.startsWith('<![CDATA[', start)) return behind(text, ']]>', start + 9);
  if (text.startsWith('<?', start)) return behind(text, '?>', start + 2);
  let quote = '';
  let depth = 0;
  for (let at = start + 2; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth += 1;
    else if (char === ']') depth = Math.max(0, depth - 1);
    else if (char === '>' && depth === 0) return at + 1;
  }
  return text.length;
}

function behind(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  return found === -1 ? text.length : found + end.length;
}
