// Columns of text without lines around them. The widest columns give way until the table fits; cells wrap.
import { displayWidth, padText, wrapText } from './wrap.ts';

export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

const gap = 2;
const narrowest = 8;

/** Title line first. Cells are one line each on entry; a wrapped cell continues on the next line. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const wanted = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...rows.map((cells) => displayWidth(cells[index] ?? ''))),
  );
  const widths = fitted(wanted, width - gap * Math.max(0, columns.length - 1));
  const lines = (cells: readonly string[]): string[] => {
    const wrapped = columns.map((_, index) => wrapText(cells[index] ?? '', widths[index] ?? narrowest));
    const height = Math.max(1, ...wrapped.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      columns
        .map((column, index) => padText(wrapped[index]?.[line] ?? '', widths[index] ?? narrowest, column.align))
        .join(' '.repeat(gap))
        .trimEnd(),
    );
  };
  return [lines(columns.map((column) => column.title)).join('\n'), ...rows.flatMap(lines)];
}

function fitted(wanted: readonly number[], available: number): readonly number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}
