// How wide text is on a terminal, and how it is broken into lines.

/** Columns that a text takes: marks take none, East Asian wide characters and emoji take two (Unicode TR 11, roughly). */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Breaks at spaces; a word that is wider than the line is broken where it must be. */
export function wrapText(text: string, width: number): readonly string[] {
  const limit = Math.max(8, width);
  return text.split('\n').flatMap((line) => wrapLine(line, limit));
}

export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ').flatMap((part) => breakWord(part, width))) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (displayWidth(joined) <= width) current = joined;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

function breakWord(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (displayWidth(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

const takesNoPlace = /\p{M}|\u200C|\u200D|\uFE0F/u;
const takesTwo =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;

function characterWidth(character: string): number {
  // Below U+0300 nothing combines and nothing is wide.
  if (character < '\u0300') return 1;
  if (takesNoPlace.test(character)) return 0;
  return takesTwo.test(character) ? 2 : 1;
}
