// JSON that models write between lines of prose: blocks that begin and end a line, outside of code fences, where an
// unfinished one does not hide those behind it. The reading is promptfoo's, so the same answers have the same calls.

export type BlocksInText = { readonly values: readonly unknown[] } | { readonly failure: string };

const longest = 1_000_000;
const mostUnpaired = 65_536;

export function jsonBlocks(text: string): BlocksInText {
  if (text.length > longest) return { failure: `the answer has ${text.length} characters, too many to look for JSON` };
  const values: unknown[] = [];
  const waiting = [{ text, inside: false }];
  let work = 4 * text.length;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const blocks = pairedBlocks(next.text, next.inside);
    if (blocks === undefined) return { failure: 'the answer has too many brackets without a partner' };
    for (const block of blocks) {
      work -= block.text.length;
      if (work < 0) return { failure: 'the answer has too many nested pieces that are no JSON' };
      const value = parsed(block.text);
      if (value === undefined) waiting.push({ text: block.text, inside: true });
      else if (block.startsLine) values.push(value);
    }
  }
  return { values };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Bracket {
  readonly char: string;
  readonly at: number;
  readonly startsLine: boolean;
  readonly endsLine: boolean;
}

interface Block {
  readonly text: string;
  readonly startsLine: boolean;
}

/** The outermost pairs of brackets, or with `inside` those right within the outermost. */
function pairedBlocks(text: string, inside: boolean): readonly Block[] | undefined {
  const brackets = pairedOnly([...bracketsOf(text)]);
  if (brackets === undefined) return undefined;
  const level = inside ? 1 : 0;
  const blocks: Block[] = [];
  let depth = 0;
  let start: Bracket | undefined;
  for (const bracket of brackets) {
    if (bracket.char === '{' || bracket.char === '[') {
      if (depth === level) start = bracket;
      depth += 1;
      continue;
    }
    depth -= 1;
    if (start === undefined || depth !== level) continue;
    if (bracket.endsLine) blocks.push({ text: text.slice(start.at, bracket.at + 1), startsLine: start.startsLine });
    start = undefined;
  }
  return blocks;
}

/** Without those that have no partner: a closing one of the wrong kind, or a break, leaves all before it alone. */
function pairedOnly(found: readonly (Bracket | 'break')[]): readonly Bracket[] | undefined {
  const alone: Bracket[] = [];
  let floor = 0;
  for (const bracket of found) {
    const last = alone.at(-1);
    if (bracket === 'break') floor = alone.length;
    else if (bracket.char === '{' || bracket.char === '[') alone.push(bracket);
    else if (last !== undefined && alone.length > floor && last.char === (bracket.char === '}' ? '{' : '['))
      alone.pop();
    else {
      alone.push(bracket);
      floor = alone.length;
    }
    if (alone.length > mostUnpaired) return undefined;
  }
  const lonely = new Set(alone);
  return found.filter((bracket): bracket is Bracket => bracket !== 'break' && !lonely.has(bracket));
}

const fenceMark = /^[ \t]*(`{3,}|~{3,})/;

interface Fence {
  readonly mark: string;
  /** Column of the list item it stands in. */
  readonly column: number;
}

function* bracketsOf(text: string): Generator<Bracket | 'break'> {
  let fence: Fence | undefined;
  const lists: number[] = [];
  let from = 0;
  for (const line of text.split('\n')) {
    const content = line.trimEnd();
    const first = content.search(/\S/);
    const indent = columns(content.slice(0, Math.max(0, first)));
    const offset = from;
    from += line.length + 1;
    if (fence !== undefined && content !== '' && indent < fence.column) {
      fence = undefined;
      yield 'break';
    }
    if (fence !== undefined) {
      if (closesFence(content, indent, fence)) fence = undefined;
      continue;
    }
    if (content !== '') while (indent < (lists.at(-1) ?? 0)) lists.pop();
    const item = /^[ \t]*(?:[-+*]|\d+[.)])[ \t]+/.exec(content)?.[0];
    if (item !== undefined) lists.push(columns(item));
    const column = lists.at(-1) ?? 0;
    const mark =
      item !== undefined || indent <= column + 3 ? openingFence(content.slice(item?.length ?? 0)) : undefined;
    if (mark !== undefined) {
      fence = { mark, column };
      yield 'break';
    } else yield* bracketsOfLine(content, offset, first);
  }
}

function closesFence(content: string, indent: number, { mark, column }: Fence): boolean {
  const found = fenceMark.exec(content);
  const closing = found?.[1];
  if (found === null || closing === undefined || indent > column + 3) return false;
  return closing[0] === mark[0] && closing.length >= mark.length && content.slice(found[0].length).trim() === '';
}

function openingFence(text: string): string | undefined {
  const found = fenceMark.exec(text);
  const mark = found?.[1];
  if (found === null || mark === undefined) return undefined;
  return mark.startsWith('`') && text.slice(found[0].length).includes('`') ? undefined : mark;
}

/** Brackets outside of strings; a string that does not end with its line is none. */
function* bracketsOfLine(content: string, offset: number, first: number): Generator<Bracket | 'break'> {
  let inString = false;
  for (let at = 0; at < content.length; at += 1) {
    const char = content.charAt(at);
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[' || char === '}' || char === ']')
      yield { char, at: offset + at, startsLine: at === first, endsLine: at === content.length - 1 };
  }
  if (inString) yield 'break';
}

function columns(text: string): number {
  let column = 0;
  for (const char of text) column += char === '\t' ? 4 - (column % 4) : 1;
  return column;
}
