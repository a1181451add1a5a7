// A pull request's comment as text for a terminal: tables aligned, folded details closed, tags gone.
import { stripVTControlCharacters } from 'node:util';

export interface Look {
  readonly width: number;
  readonly colour: boolean;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#64': '@', '#124': '|', '#96': '`', nbsp: ' ' };

export function showMarkdown(markdown: string, look: Look): string {
  const visible = stripVTControlCharacters(markdown)
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<details[^>]*>[\s\S]*?<summary>([\s\S]*?)<\/summary>[\s\S]*?<\/details>/g, (_, summary: string) => `▸ ${summary.trim()}`);
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

const cellsOf = (line: string): string[] =>
  line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));

function alignTable(rows: readonly string[][], look: Look): string[] {
  const body = rows.filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell))).map((row) => row.map(plain));
  const last = (body[0]?.length ?? 1) - 1;
  const widths = (body[0] ?? []).map((_, column) => Math.max(...body.map((row) => row[column]?.length ?? 0)));
  const fixed = widths.reduce((sum, width, column) => sum + (column === widest(widths) ? 0 : width + 2), 2);
  const room = Math.max(20, look.width - fixed);
  return body.flatMap((row, index) => {
    const wrapped = row.map((cell, column) => (column === widest(widths) ? wrap(cell, room) : [cell]));
    const height = Math.max(...wrapped.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => {
      const text = wrapped.map((cell, column) => (column === last ? (cell[line] ?? '') : (cell[line] ?? '').padEnd(Math.min(widths[column] ?? 0, column === widest(widths) ? room : Infinity)))).join('  ');
      return `  ${index === 0 ? strong(text, look) : text}`.trimEnd();
    });
  });
}

const widest = (widths: readonly number[]): number => widths.indexOf(Math.max(...widths));

function inline(line: string, look: Look): string[] {
  const heading = /^#{1,6} (.*)$/.exec(line);
  if (heading !== null) return ['', strong(plain(heading[1] ?? ''), look)];
  return wrap(plain(line), look.width - 2).map((part) => (part === '' ? '' : `  ${part}`));
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

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const strong = (text: string, look: Look): string => (look.colour ? `\u001b[1m${text}\u001b[22m` : text);
