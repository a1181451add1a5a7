// Lists for people: clean one-line cells in calm columns. The last column gives way to the window.
import { cutText, displayWidth, escapeTerminal, oneLine, tableLines } from '@pawl/core/report';

const gap = 2;
const narrowestLast = 12;

export function table(titles: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const columns = titles.map((title) => ({ title, align: 'left' as const }));
  const clean = rows.map((row) => row.map((cell) => oneLine(escapeTerminal(cell))));
  const last = titles.length - 1;
  const others = titles
    .slice(0, last)
    .map((title, column) => Math.max(displayWidth(title), ...clean.map((row) => displayWidth(row[column] ?? ''))));
  const room = Math.max(narrowestLast, width - others.reduce((sum, wide) => sum + wide + gap, 0));
  const fitted = clean.map((row) => row.map((cell, column) => (column === last ? cutText(cell, room) : cell)));
  return tableLines(columns, fitted, width).join('\n');
}
