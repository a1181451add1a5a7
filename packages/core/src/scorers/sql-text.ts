// SQL among other text: blocks of Markdown, and what is left of a statement when quoted text and comments are gone.
// What counts is promptfoo's, so the same answers do.

/** Fenced blocks that say `sql` or nothing; without any, the whole text is tried. */
export function sqlIn(text: string): readonly string[] {
  const blocks: string[] = [];
  let open: { readonly fence: string; readonly isSql: boolean; readonly lines: string[] } | undefined;
  for (const line of text.split(/\r\n?|\n/)) {
    const [, fence = '', info = ''] = /^[ \t]{0,3}(`{3,}|~{3,})(.*)$/s.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== '') open = { fence, isSql: /^(?:sql)?$/i.test(info.trim()), lines: [] };
    } else if (fence.startsWith(open.fence) && /^[ \t]*$/.test(info)) {
      if (open.isSql) blocks.push(open.lines.join('\n').trim());
      open = undefined;
    } else open.lines.push(line);
  }
  return (blocks.length > 0 ? blocks : [text]).filter((block) => block.trim() !== '');
}

const mysqlFamily = ['MySQL', 'MariaDB'];
const bracketed = ['TransactSQL', 'Sqlite'];

/** What the grammars let pass and people mean as a mistake: `SELECT a b FROM t` for `SELECT a, b FROM t`. */
export function looksWrong(sql: string, database: string): boolean {
  const ticks = sql.split('`').length - 1;
  if (sql.trim() === '' || ticks % 2 === 1) return true;
  if (database === 'MySQL' && /\bgenerate_series\s*\(/i.test(sql)) return true;
  const modifiers = mysqlFamily.includes(database) ? mysqlModifiers : standardModifiers;
  return missingComma(withoutQuotes(sql.trim(), bracketed.includes(database)), modifiers);
}

const standardModifiers = /^(?:all|distinct)$/i;
const mysqlModifiers =
  /^(?:all|distinct|distinctrow|high_priority|straight_join|sql_(?:big_result|buffer_result|cache|calc_found_rows|no_cache|small_result))$/i;

/** Two names between SELECT with its modifiers and FROM, and no comma. */
function missingComma(sql: string, modifiers: RegExp): boolean {
  for (const { index } of sql.matchAll(/\bselect(?=\s)/gi)) {
    const next = /\s+([A-Za-z_]\w*)/y;
    next.lastIndex = index + 'select'.length;
    const names: string[] = [];
    for (let word = next.exec(sql); word !== null; word = next.exec(sql)) {
      const [, name = ''] = word;
      if (names.length > 0 || !modifiers.test(name)) names.push(name);
      if (names.length === 3) break;
    }
    if (names.length === 3 && /^from$/i.test(names[2] ?? '') && !/\w/.test(sql[next.lastIndex] ?? '')) return true;
  }
  return false;
}

/** Comments become a space, and quoted text a placeholder. */
function withoutQuotes(sql: string, brackets: boolean): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < sql.length;) {
    const end = endOfIgnored(sql, at, brackets);
    if (end === undefined) {
      at++;
      continue;
    }
    pieces.push(sql.slice(from, at), /[-#/]/.test(sql[at] ?? '') ? ' ' : ' ? ');
    from = at = end;
  }
  pieces.push(sql.slice(from));
  return pieces.join('');
}

const dollarQuote = /\$(?:[A-Za-z_]\w{0,62})?\$/y;

function endOfIgnored(sql: string, at: number, brackets: boolean): number | undefined {
  const first = sql[at] ?? '';
  if (first === "'" || first === '"' || first === '`' || (first === '[' && brackets))
    return endOfQuoted(sql, at, first);
  if (first === '#' || sql.startsWith('--', at)) {
    const rest = /[\r\n]/g;
    rest.lastIndex = at;
    return rest.exec(sql)?.index ?? sql.length;
  }
  if (sql.startsWith('/*', at)) return endAfter(sql, '*/', at + 2);
  if (first !== '$') return undefined;
  dollarQuote.lastIndex = at;
  const [mark] = dollarQuote.exec(sql) ?? [];
  return mark === undefined ? undefined : endAfter(sql, mark, at + mark.length);
}

function endAfter(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found === -1 ? sql.length : found + mark.length;
}

/** A backslash or a second quote keeps it open. */
function endOfQuoted(sql: string, start: number, quote: string): number {
  const closing = quote === '[' ? ']' : quote;
  for (let at = start + 1; at < sql.length; at++) {
    if (closing !== ']' && sql[at] === '\\') at++;
    else if (sql[at] === closing) {
      if (sql[at + 1] !== closing) return at + 1;
      at++;
    }
  }
  return sql.length;
}
