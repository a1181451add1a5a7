// A calm table for lists: two spaces between columns, the last one cut at the terminal's edge.
import { escapeTerminal } from '@pawl/core/report';

export function table(titles: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const clean = [titles, ...rows].map((row) => row.map((cell) => escapeTerminal(cell).replaceAll('\n', ' ')));
  const widths = titles.map((_, column) => Math.max(...clean.map((row) => row[column]?.length ?? 0)));
  return clean
    .map((row) => row.map((cell, column) => (column === titles.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '))
    .map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line.trimEnd()))
    .join('\n');
}
