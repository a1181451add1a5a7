// Lists for people: clean one-line cells in calm columns.
import { escapeTerminal, oneLine, tableLines } from '@pawl/core/report';

export function table(titles: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const columns = titles.map((title) => ({ title, align: 'left' as const }));
  return tableLines(
    columns,
    rows.map((row) => row.map((cell) => oneLine(escapeTerminal(cell)))),
    width,
  ).join('\n');
}
