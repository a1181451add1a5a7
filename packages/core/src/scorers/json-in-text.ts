// Objects that stand somewhere in a text: in prose, in a code fence, cut off at the end of an answer.
// As promptfoo does, what is nearly JSON counts: whatever stands between braces and reads as a YAML mapping.
import { isCollection, parseDocument, visit, type Document } from 'yaml';

/** An object longer than this is not looked for; promptfoo's limit. */
const longest = 100_000;

/** Characters that may be read as YAML, which is slow, before the search is given up. */
const yamlBudget = 500_000;
const mostBraces = 500_000;
const tooMany = 'the answer has too many braces to look for JSON between them';
/** Nearly-JSON that is nested deeper is not read. */
const deepestYaml = 100;

export type ObjectsInText = { readonly objects: readonly object[] } | { readonly failure: string };

export function objectsInText(text: string): ObjectsInText {
  const braces = bracesOf(text);
  if (braces === undefined) return { failure: tooMany };
  const objects: object[] = [];
  let after = 0;
  let budget = yamlBudget;
  for (const { at, end, open } of braces) {
    if (at < after || end === at) continue;
    const piece = text.slice(at, end) + '}'.repeat(open);
    const strict = parsedJson(piece);
    if (strict !== undefined) {
      objects.push(strict);
      after = end;
      continue;
    }
    if (deepest(piece) > deepestYaml) return { failure: 'the answer has braces that are nested too deeply' };
    budget -= piece.length;
    if (budget < 0) return { failure: tooMany };
    const loose = parsedYaml(piece);
    if (loose === undefined) continue;
    objects.push(loose);
    after = end;
  }
  return { objects };
}

interface Brace {
  readonly at: number;
  readonly end: number;
  /** How many closing braces the piece lacks. */
  readonly open: number;
}

/** For each opening brace, the piece up to its partner, or up to the end or the limit where it has none in reach. */
function bracesOf(text: string): readonly Brace[] | undefined {
  const found: { at: number; end: number; open: number }[] = [];
  const waiting: number[] = [];
  // Depth after each brace, to know how deep a piece is where it is cut.
  const places: number[] = [];
  const depths: number[] = [];
  let depth = 0;
  for (let at = nextBrace(text, 0); at !== -1; at = nextBrace(text, at + 1)) {
    if (text[at] === '{') {
      depth += 1;
      waiting.push(found.length);
      found.push({ at, end: -1, open: 0 });
    } else {
      depth -= 1;
      const partner = waiting.pop();
      if (partner !== undefined && found[partner] !== undefined) found[partner].end = at + 1;
    }
    if (places.length > mostBraces) return undefined;
    places.push(at);
    depths.push(depth);
  }
  let right = 0;
  let left = 0;
  for (const brace of found) {
    const reach = Math.min(brace.at + longest, text.length);
    if (brace.end !== -1 && brace.end <= reach) continue;
    while (right < places.length && (places[right] as number) < reach) right += 1;
    while ((places[left] as number) < brace.at) left += 1;
    // The last character of a text opens nothing.
    brace.end = brace.at + 1 < text.length ? reach : brace.at;
    brace.open = (depths[right - 1] as number) - (depths[left] as number) + 1;
  }
  return found;
}

function nextBrace(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x7b || unit === 0x7d) return at;
  }
  return -1;
}

function deepest(piece: string): number {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < piece.length; at += 1) {
    // Braces differ from brackets by one bit.
    const unit = piece.charCodeAt(at) | 0x20;
    if (unit === 0x7b) depth += 1;
    else if (unit === 0x7d) depth -= 1;
    most = Math.max(most, depth);
  }
  return most;
}

function parsedJson(piece: string): object | undefined {
  try {
    const value: unknown = JSON.parse(piece);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function parsedYaml(piece: string): object | undefined {
  try {
    const document = parseDocument(withHashComments(piece), { uniqueKeys: false, merge: true, prettyErrors: false });
    if (document.errors.length > 0 || hasKeysThatAreNone(document)) return undefined;
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `{{a: 1}}`: YAML knows maps as keys, JSON does not. */
function hasKeysThatAreNone(document: Document.Parsed): boolean {
  let found = false;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isCollection(key)) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** `//` starts a comment in what models write, `#` in YAML; not inside of quotes, and not in `https://`. */
function withHashComments(piece: string): string {
  if (!piece.includes('//')) return piece;
  return piece.split('\n').map(withHashComment).join('\n');
}

function withHashComment(line: string): string {
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (quote === '') {
      if (char === '"' || (char === "'" && !isLetter(line[at - 1]))) quote = char;
      else if (char === '/' && line[at + 1] === '/' && !isInUrl(line, at)) {
        const slashes = /^\/+/.exec(line.slice(at))?.[0].length ?? 2;
        return `${line.slice(0, at)}${'#'.repeat(Math.floor(slashes / 2))}${line.slice(at + slashes)}`;
      }
    } else if (char === quote && !isEscaped(line, at) && (quote === '"' || !isLetter(line[at + 1]))) quote = '';
  }
  return line;
}

const isLetter = (char: string | undefined): boolean => char !== undefined && /[a-zA-Z]/.test(char);

function isInUrl(line: string, at: number): boolean {
  const word = /\S*$/.exec(line.slice(Math.max(0, at - 200), at))?.[0] ?? '';
  return `${word}//`.includes('://');
}

function isEscaped(line: string, at: number): boolean {
  let backslashes = 0;
  while (line[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
