// A pull request's comment as text for a terminal: tables aligned, folded details closed, tags gone.
import { stripVTControlCharacters } from 'node:util';
import { tableLines, wrapText } from '@pawl/core/report';

export interface Look {
  readonly width: number;
  readonly colour: boolean;
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#64': '@',
  '#124': '|',
  '#96': '`',
  nbsp: ' ',
};

export function showMarkdown(markdown: string, look: Look): string {
  const visible = folded(stripVTControlCharacters(markdown).replace(/<!--[\s\S]*?-->/g, ''));
  const lines: string[] = [];
  let rows: string[][] = [];
  for (const line of [...visible.split('\n'), '']) {
    if (/^\s*\|/.test(line)) {
      rows.push(cellsOf(line));
      continue;
    }
    if (rows.length > 0) lines.push(...alignTable(rows, look));
    rows = [];
    if (line.trim() !== '' || lines.at(-1) !== '') lines.push(...inline(line, look));
  }
  return lines.join('\n').trim();
}

/** Details closed, as a reader first meets them: the outermost summaries stay, whatever is inside goes. */
function folded(markdown: string): string {
  let depth = 0;
  let inSummary = false;
  let text = '';
  for (const token of markdown.split(/(<\/?details[^>]*>|<\/?summary>)/)) {
    if (token.startsWith('<details')) depth += 1;
    else if (token.startsWith('</details')) depth -= 1;
    else if (token === '<summary>') inSummary = depth === 1;
    else if (token === '</summary>') inSummary = false;
    else if (depth === 0) text += token;
    else if (inSummary) text += `▸ ${token.trim()}\n`;
  }
  return text.replace(/\n{3,}(?=▸)/g, '\n');
}

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

function alignTable(rows: readonly string[][], look: Look): string[] {
  const [titles = [], ...body] = rows
    .filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)))
    .map((row) => row.map(plain));
  const [head = '', ...lines] = tableLines(
    titles.map((title) => ({ title, align: 'left' })),
    body,
    look.width - 2,
  );
  return [strong(head, look), ...lines].map((line) => `  ${line}`);
}

function inline(line: string, look: Look): string[] {
  const heading = /^#{1,6} (.*)$/.exec(line);
  if (heading !== null) return ['', strong(plain(heading[1] ?? ''), look)];
  return wrapText(plain(line), look.width - 2).map((part) => (part === '' ? '' : `  ${part}`));
}

function plain(text: string): string {
  return text
    .replace(/<[^>]+>/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__)(.*?)\1/g, '$2')
    .replace(/(?<!\w)\*([^*]+)\*(?!\w)/g, '$1')
    .replace(/`([^`]*)`/g, '$1')
    .replace(/&(#?\w+);/g, (entity, name: string) => entities[name] ?? entity)
    .replace(/\\([\\`*_{}[\]()#+\-.!|<>~@])/g, '$1')
    .replaceAll('\u200b', '');
}

const strong = (text: string, look: Look): string => (look.colour ? `\u001b[1m${text}\u001b[22m` : text);
