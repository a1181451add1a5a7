// The Markdown below a card's front matter, as its headings cut it.

export interface Section {
  readonly title: string;
  /** 1 for `#`. */
  readonly level: number;
  /** The heading's line in the file, 1-based. */
  readonly line: number;
  /** Lines of the section with those of its sub-sections, without the heading. */
  readonly lines: readonly string[];
}

/** The words that Hugging Face's template leaves for the author to replace. */
export const placeholder = /\[\s*more information needed\s*\]|\bmore information needed\b/i;

/** @param firstLine line of the file on which the body begins, 1-based */
export function sectionsOf(body: string, firstLine: number): readonly Section[] {
  const lines = body.split(/\r\n|\r|\n/);
  const headings = headingsIn(lines);
  return headings.map(({ title, level, index, length }, at) => {
    const next = headings.slice(at + 1).find((heading) => heading.level <= level);
    return { title, level, line: firstLine + index, lines: lines.slice(index + length, next?.index) };
  });
}

interface Heading {
  readonly title: string;
  readonly level: number;
  readonly index: number;
  readonly length: number;
}

/** ATX and underlined headings; none in a fenced block, and none in an HTML comment. */
function headingsIn(lines: readonly string[]): readonly Heading[] {
  const headings: Heading[] = [];
  let fence: string | undefined;
  let commented = false;
  for (const [index, line] of lines.entries()) {
    const [, marks] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (marks !== undefined && !commented) {
      if (fence === undefined) fence = marks;
      else if (marks.startsWith(fence) && line.trim() === marks) fence = undefined;
      continue;
    }
    if (fence !== undefined) continue;
    const wasCommented = commented;
    commented = leavesComment(line, commented);
    if (wasCommented) continue;
    const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(line);
    if (atx !== null) {
      headings.push({ title: atx[2] ?? '', level: atx[1]?.length ?? 1, index, length: 1 });
      continue;
    }
    const under = /^ {0,3}(=+|-{2,})[ \t]*$/.exec(line);
    const above = lines[index - 1] ?? '';
    if (under !== null && /\S/.test(above) && !/^\s*(?:[-*+>|#]|\d+\.)/.test(above)) {
      headings.push({
        title: above.trim(),
        level: under[1]?.startsWith('=') === true ? 1 : 2,
        index: index - 1,
        length: 2,
      });
    }
  }
  return headings;
}

const leavesComment = (line: string, commented: boolean): boolean => {
  const open = line.lastIndexOf('<!--');
  const close = line.lastIndexOf('-->');
  if (open < 0 && close < 0) return commented;
  return open > close;
};

/**
 * What an author wrote in a section: no headings, comments, placeholders, rules, or labels such as `- **License:**` with
 * nothing behind them. Empty text means that there is nothing.
 */
export function writtenIn({ lines }: Section): string {
  return withoutComments(lines.join('\n'))
    .split('\n')
    .map((line) => line.replaceAll(new RegExp(placeholder.source, 'gi'), ''))
    .filter((line) => !/^ {0,3}#{1,6}(?:\s|$)/.test(line) && !/^\s*(?:[-*_=]\s*)+$/.test(line))
    .map((line) => line.replace(/^\s*[-*+]?\s*(?:\*\*|__)[^*_]*:?(?:\*\*|__):?\s*/, ''))
    .join('\n')
    .replaceAll(/[\s.|*_>-]+/g, ' ')
    .trim();
}

/** A comment that is never closed hides the rest, as it does in a browser. */
function withoutComments(text: string): string {
  let left = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('<!--', at);
    if (open < 0) return left + text.slice(at);
    left += text.slice(at, open);
    const close = text.indexOf('-->', open + 4);
    if (close < 0) return left;
    at = close + 3;
  }
}

/** A heading's words: no marks, numbers, emoji or `[optional]`, in lower case. */
export const plainTitle = (title: string): string =>
  title
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\[optional\]|<[^>]*>|\{#[^}]*\}/gi, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll(/[^\p{L}\s]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
