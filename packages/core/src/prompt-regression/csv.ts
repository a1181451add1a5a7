// RFC 4180: quoted cells may hold commas, line ends and doubled quotes.

export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows with the line on which each starts. `unclosed` is the line of a quote that never ends. */
export function parseCsv(text: string): { readonly rows: readonly CsvRow[]; readonly unclosed?: number } {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let line = 1;
  let start = 1;
  let quotedFrom: number | undefined;
  const endRow = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cell !== '') rows.push({ line: start, cells });
    cells = [];
    cell = '';
  };
  for (let index = text.startsWith('\uFEFF') ? 1 : 0; index < text.length; index++) {
    const char = text[index];
    if (char === '\n') line += 1;
    if (quotedFrom !== undefined) {
      if (char !== '"') cell += char;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else quotedFrom = undefined;
    } else if (char === '"' && cell === '') quotedFrom = line;
    else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else if (char === '\n') {
      endRow();
      start = line;
    } else if (char !== '\r' || text[index + 1] !== '\n') cell += char;
  }
  if (quotedFrom !== undefined) return { rows, unclosed: quotedFrom };
  if (cell !== '' || cells.length > 0) endRow();
  return { rows };
}
