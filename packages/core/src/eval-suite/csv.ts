// RFC 4180: quoted cells may hold commas, line ends and doubled quotes. Rows know the line on which they start.

export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvTable {
  readonly rows: readonly CsvRow[];
  /** Line of a quote that never ends. */
  readonly unclosed?: number;
}

export function parseCsv(written: string): CsvTable {
  const text = written.startsWith('\uFEFF') ? written.slice(1) : written;
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let start = 1;
  let at = 0;
  while (at < text.length) {
    const cell = text[at] === '"' ? quotedCell(text, at) : undefined;
    if (cell !== undefined && cell.end < 0) return { rows, unclosed: line };
    // What follows a closing quote belongs to the cell: `"a" b` is written so by hand.
    const from = cell?.end ?? at;
    const end = endOfCell(text, from);
    const isLast = end >= text.length || text[end] === '\n';
    const rest = text.slice(from, isLast && end > from && text[end - 1] === '\r' && end < text.length ? end - 1 : end);
    cells.push(cell === undefined ? rest : cell.text + rest);
    line += cell?.lines ?? 0;
    at = end + 1;
    if (!isLast) {
      if (at >= text.length) cells.push('');
      else continue;
    }
    line += 1;
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: start, cells });
    cells = [];
    start = line;
  }
  if (cells.length > 0) rows.push({ line: start, cells });
  return { rows };
}

function endOfCell(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') end += 1;
  return end;
}

interface Quoted {
  readonly text: string;
  /** Behind the closing quote; -1 when there is none. */
  readonly end: number;
  /** Line ends inside. */
  readonly lines: number;
}

function quotedCell(text: string, open: number): Quoted {
  const parts: string[] = [];
  let lines = 0;
  let from = open + 1;
  for (;;) {
    const close = text.indexOf('"', from);
    if (close < 0) return { text: '', end: -1, lines };
    const part = text.slice(from, close);
    lines += part.split('\n').length - 1;
    parts.push(part);
    if (text[close + 1] !== '"') return { text: parts.join('"'), end: close + 1, lines };
    from = close + 2;
  }
}
