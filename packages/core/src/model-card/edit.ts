// Changes single keys of a card's front matter. Only the lines of a key that changed are written anew; every other byte
// stays, with its comments, its order and its manner of quoting.
import { Document, isMap, parseDocument } from 'yaml';
import { canonicalJson } from '../formats/canonical.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { huggingFaceYaml, plainValue } from './hugging-face-yaml.ts';
import { lineBreakOf, readCard, writeCard, type ModelCard } from './read-card.ts';

/** Changes the value of one key within a document that holds this key alone, or nothing yet. */
export type Change = (document: Document) => void;

/**
 * @param changes by key of the front matter; each is given a document with that key, as written
 * @returns the card's text, byte for byte the same when no change makes a difference; a problem when a key cannot be cut
 * out, because it refers to an anchor elsewhere
 */
export function editCard(card: ModelCard, changes: ReadonlyMap<string, Change>): Read<string> {
  const lineBreak = lineBreakOf(card);
  // Each with its own line break, so that a file of mixed ones keeps them.
  let lines: readonly string[] = card.yaml.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  for (const [key, change] of changes) {
    const { start, end } = linesOf(lines, key);
    const before = lines.slice(start, end).join('').replaceAll(/\r\n?/g, '\n');
    const document = before === '' ? new Document({}, huggingFaceYaml) : parseDocument(before, huggingFaceYaml);
    const was = plainValue(document);
    if (document.errors.length > 0 || was === undefined) return { problems: [tangled(card, key)] };
    change(document);
    if (canonicalJson(plainValue(document)?.value ?? {}) === canonicalJson(was.value ?? {})) continue;
    const text = written(document, before).split('\n');
    const above = lines.slice(0, start).map((line) => (/[\r\n]$/.test(line) ? line : line + lineBreak));
    lines = [...above, ...text.map((line) => line + lineBreak), ...lines.slice(end)];
  }
  const yaml = lines.join('').replace(/\r?\n$/, '');
  const text = writeCard(card, yaml === card.yaml.replace(/\r?\n$/, '') ? card.yaml : yaml);
  return othersUnchanged(card, text, changes) ? { value: text, problems: [] } : { problems: [tangled(card)] };
}

function written(document: Document, before: string): string {
  if (before === '' && isMap(document.contents)) document.contents.flow = false;
  return document
    .toString({
      lineWidth: 0,
      indent: indentOf(before),
      // PyYAML and the Hub begin a list at its key's column; people often indent it.
      indentSeq: !/^- /m.test(before),
      flowCollectionPadding: !/[[{][^\s\]}]/.test(before),
    })
    .replace(/\n$/, '');
}

/** Whatever the layout of the file: what was not to change has not. */
function othersUnchanged(card: ModelCard, text: string, changes: ReadonlyMap<string, Change>): boolean {
  const { value } = readCard({ text, file: card.file });
  const others = ({ data }: ModelCard): string =>
    canonicalJson(Object.fromEntries(Object.entries(data).filter(([key]) => !changes.has(key))));
  return value !== undefined && value.body.endsWith(card.body) && others(value) === others(card);
}

const tangled = (card: ModelCard, key?: string): Problem => ({
  code: 'CARD_TANGLED',
  severity: 'error',
  message:
    key === undefined
      ? 'The front matter cannot be changed key by key.'
      : `"${key}" cannot be changed on its own: it refers to an anchor of another key.`,
  hint: 'Write the values out instead of using anchors, and begin each key on a line of its own.',
  ...card.placeOf(key === undefined ? [] : [key]),
});

/** A key's own lines: up to the next key, without the comments and blank lines that stand before that one. */
function linesOf(lines: readonly string[], key: string): { readonly start: number; readonly end: number } {
  const isKey = (line: string): boolean => /^[^\s#-]/.test(line) && /:(?:\s|$)/.test(line);
  const named = new RegExp(`^(["']?)${key.replaceAll(/[^\w]/g, String.raw`\$&`)}\\1\\s*:(?:\\s|$)`);
  const start = lines.findLastIndex((line) => named.test(line));
  if (start < 0) return { start: lines.length, end: lines.length };
  const next = lines.findIndex((line, index) => index > start && isKey(line));
  const far = next < 0 ? lines.length : next;
  let end = far;
  while (end > start + 1 && /^(?:#.*)?$/.test((lines[end - 1] ?? '').trimEnd())) end--;
  // Blank lines are the value's own where it is a block of text that keeps them.
  const valueOf = (to: number): string =>
    canonicalJson(plainValue(parseDocument(lines.slice(start, to).join(''), huggingFaceYaml)) ?? null);
  return { start, end: end < far && valueOf(end) !== valueOf(far) ? far : end };
}

function indentOf(text: string): number {
  const [, spaces = '  '] = /^( +)\S/m.exec(text) ?? [];
  return Math.min(8, Math.max(2, spaces.length));
}
