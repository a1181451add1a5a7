// Tokens into statements.
import { didYouMean } from '../formats/did-you-mean.ts';
import { Cursor } from './cursor.ts';
import { parseExpression, parseFilter } from './parse-expression.ts';
import type { Branch, Statement } from './syntax.ts';
import { tokenize } from './tokens.ts';

/** @throws TemplateError */
export function parse(source: string): readonly Statement[] {
  const cursor = new Cursor(source, tokenize(source));
  const statements = parseBlock(cursor, [], 0);
  if (cursor.token !== undefined) throw cursor.error('This end has no beginning.', 'Remove it, or open the block.');
  return statements;
}

const tags = [
  'if',
  'elif',
  'elseif',
  'else',
  'endif',
  'for',
  'endfor',
  'set',
  'endset',
  'filter',
  'endfilter',
  'raw',
  'verbatim',
];
const otherTags = [
  'block',
  'extends',
  'include',
  'import',
  'from',
  'macro',
  'call',
  'asyncEach',
  'asyncAll',
  'switch',
  'ifAsync',
];
/** Those that are code; the others lead to other files. */
const codeTags = ['macro', 'call', 'asyncEach', 'asyncAll', 'switch', 'ifAsync'];
const maxDepth = 50;

/** Statements up to a tag of which the name is in `ends`; the cursor then stands at that tag's opening. */
function parseBlock(cursor: Cursor, ends: readonly string[], depth: number): readonly Statement[] {
  if (depth > maxDepth) throw cursor.error('Blocks are nested too deep.', 'Simplify the template.');
  const statements: Statement[] = [];
  for (let { token } = cursor; token !== undefined; { token } = cursor) {
    const { at } = token;
    if (token.kind === 'data') {
      cursor.next();
      statements.push({ kind: 'text', text: token.text, at });
    } else if (token.kind === 'open-output') {
      cursor.next();
      const expression = parseExpression(cursor);
      const close = cursor.expect('close-output', '"}}"');
      statements.push({ kind: 'output', expression, at, end: close.at + 2 });
    } else {
      if (ends.includes(cursor.peek()?.text ?? '')) break;
      cursor.next();
      statements.push(parseTag(cursor, at, depth + 1));
    }
  }
  return statements;
}

function parseTag(cursor: Cursor, at: number, depth: number): Statement {
  const name = cursor.expect('name', 'The name of a tag').text;
  switch (name) {
    case 'if':
      return parseIf(cursor, at, depth);
    case 'for':
      return parseFor(cursor, at, depth);
    case 'set':
      return parseSet(cursor, at, depth);
    case 'filter':
      return parseThrough(cursor, at, depth);
    default:
      throw unknownTag(cursor, name, at);
  }
}

function unknownTag(cursor: Cursor, name: string, at: number): Error {
  if (otherTags.includes(name)) {
    const inOneFile = !codeTags.includes(name);
    return cursor.error(
      `The tag "${name}" is not supported${inOneFile ? ': a prompt stands in one file' : ''}.`,
      inOneFile ? 'Put the text in, or set it as a variable.' : 'Write the text out, or repeat it with {% for %}.',
      at,
    );
  }
  const isEnd = name.startsWith('end') || name === 'else' || name === 'elif' || name === 'elseif';
  if (isEnd && tags.includes(name))
    return cursor.error(`{% ${name} %} has no beginning here.`, 'Remove it, or open its block.', at);
  return cursor.error(`There is no tag "${name}".`, didYouMean(name, tags), at);
}

function closeTag(cursor: Cursor): void {
  cursor.expect('close-tag', '"%}"');
}

function expectEnd(cursor: Cursor, name: string, at: number): void {
  if (!cursor.takes('open-tag'))
    throw cursor.error(`{% ${name.slice(3)} %} is not closed.`, `Write {% ${name} %}.`, at);
  cursor.expect('name', `{% ${name} %}`, name);
  closeTag(cursor);
}

function parseIf(cursor: Cursor, at: number, depth: number): Statement {
  const branches: Branch[] = [];
  let otherwise: readonly Statement[] = [];
  const ends = ['elif', 'elseif', 'else', 'endif'];
  for (let open = true; open;) {
    const condition = parseExpression(cursor);
    closeTag(cursor);
    branches.push({ condition, body: parseBlock(cursor, ends, depth) });
    open = cursor.is('open-tag') && ['elif', 'elseif'].includes(cursor.peek()?.text ?? '');
    if (open) {
      cursor.next();
      cursor.next();
    }
  }
  if (cursor.is('open-tag') && cursor.peek()?.text === 'else') {
    cursor.next();
    cursor.next();
    closeTag(cursor);
    otherwise = parseBlock(cursor, ['endif'], depth);
  }
  expectEnd(cursor, 'endif', at);
  return { kind: 'choose', branches, otherwise, at };
}

function parseNames(cursor: Cursor): readonly string[] {
  const names = [cursor.expect('name', 'The name of a variable').text];
  while (cursor.takes('sign', ',')) names.push(cursor.expect('name', 'The name of a variable').text);
  return names;
}

function parseFor(cursor: Cursor, at: number, depth: number): Statement {
  const names = parseNames(cursor);
  cursor.expect('name', '"in"', 'in');
  const over = parseExpression(cursor);
  closeTag(cursor);
  const body = parseBlock(cursor, ['endfor', 'else'], depth);
  let otherwise: readonly Statement[] = [];
  if (cursor.is('open-tag') && cursor.peek()?.text === 'else') {
    cursor.next();
    cursor.next();
    closeTag(cursor);
    otherwise = parseBlock(cursor, ['endfor'], depth);
  }
  expectEnd(cursor, 'endfor', at);
  return { kind: 'for', names, over, body, otherwise, at };
}

function parseSet(cursor: Cursor, at: number, depth: number): Statement {
  const names = parseNames(cursor);
  if (cursor.takes('sign', '=')) {
    const value = parseExpression(cursor);
    closeTag(cursor);
    return { kind: 'set', names, value, at };
  }
  closeTag(cursor);
  const value = parseBlock(cursor, ['endset'], depth);
  expectEnd(cursor, 'endset', at);
  return { kind: 'set', names, value, at };
}

function parseThrough(cursor: Cursor, at: number, depth: number): Statement {
  const { name: filter, args } = parseFilter(cursor, 0);
  closeTag(cursor);
  const body = parseBlock(cursor, ['endfilter'], depth);
  expectEnd(cursor, 'endfilter', at);
  return { kind: 'through', filter, args, body, at };
}
