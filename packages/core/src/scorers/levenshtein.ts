/**
 * Levenshtein's distance in UTF-16 units: single insertions, deletions and substitutions.
 * With a limit only the band of the matrix that can stay within it is computed (Ukkonen 1985), so texts that are
 * longer than the limit allows cost nothing.
 * @param limit distances above it are not told apart
 * @returns the distance, or Infinity where it is above the limit
 */
export function levenshtein(left: string, right: string, limit: number = Number.POSITIVE_INFINITY): number {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left];
  const most = Math.min(Math.floor(limit), long.length);
  if (!(limit >= 0) || long.length - short.length > most) return Number.POSITIVE_INFINITY;
  let start = 0;
  while (start < short.length && short.charCodeAt(start) === long.charCodeAt(start)) start += 1;
  let cut = 0;
  while (cut < short.length - start && tail(short, cut) === tail(long, cut)) cut += 1;
  const found = banded(long.slice(start, long.length - cut), short.slice(start, short.length - cut), most);
  return found <= most ? found : Number.POSITIVE_INFINITY;
}

const tail = (text: string, back: number): number => text.charCodeAt(text.length - 1 - back);

function banded(long: string, short: string, most: number): number {
  const width = short.length;
  if (width === 0) return long.length;
  const beyond = most + 1;
  // Typed arrays: rows of the matrix, `column` characters of the short text consumed.
  let above = new Uint32Array(width + 1);
  let row = new Uint32Array(width + 1);
  for (let column = 0; column <= width; column += 1) above[column] = Math.min(column, beyond);
  for (let line = 1; line <= long.length; line += 1) {
    const from = Math.max(1, line - most);
    const to = Math.min(width, line + most);
    row[from - 1] = from === 1 ? Math.min(line, beyond) : beyond;
    const unit = long.charCodeAt(line - 1);
    let least = row[from - 1] as number;
    for (let column = from; column <= to; column += 1) {
      const swap = (above[column - 1] as number) + (short.charCodeAt(column - 1) === unit ? 0 : 1);
      const drop = (column === line + most ? beyond : (above[column] as number)) + 1;
      const add = (row[column - 1] as number) + 1;
      const best = swap < drop ? (swap < add ? swap : add) : drop < add ? drop : add;
      row[column] = best;
      if (best < least) least = best;
    }
    if (least > most) return beyond;
    [above, row] = [row, above];
  }
  return above[width] as number;
}
