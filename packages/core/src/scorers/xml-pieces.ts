// Where XML stands in a text, and what stands in a piece of it. Elements that stand side by side are one piece.
import { tagEnd, tagsOf } from './xml-tags.ts';

export interface Piece {
  readonly start: number;
  readonly end: number;
}

interface Element extends Piece {
  /** Where the element around it starts, -1 for none. */
  readonly parent: number;
}

/** Pieces in the order they should be looked at: rows of siblings first, then single elements. */
export function xmlPieces(text: string): readonly Piece[] {
  const elements = elementsOf(text);
  const starts = new Set(elements.map(({ start }) => start));
  // An element inside of a complete one is a part of that.
  const outer = elements.filter(({ parent }) => !starts.has(parent));
  const rows = new Map<number, { start: number; end: number; count: number }>();
  for (const { start, end, parent } of outer) {
    const row = rows.get(parent);
    if (row === undefined) rows.set(parent, { start, end, count: 1 });
    else {
      row.start = Math.min(row.start, start);
      row.end = Math.max(row.end, end);
      row.count += 1;
    }
  }
  const several = [...rows.values()].filter(({ count }) => count > 1);
  return [...several, ...outer.toSorted((a, b) => a.start - b.start || b.end - a.end)];
}

function elementsOf(text: string): readonly Element[] {
  const open: { readonly name: string; readonly start: number }[] = [];
  const found: Element[] = [];
  for (const { kind, name, start, end } of tagsOf(text)) {
    if (kind === 'open') open.push({ name, start });
    else if (kind === 'empty') found.push({ start, end, parent: open.at(-1)?.start ?? -1 });
    else if (kind === 'close') {
      const partner = open.pop();
      if (partner?.name === name) found.push({ start: partner.start, end, parent: open.at(-1)?.start ?? -1 });
      // Tags that cross each other: nothing that is open can still become an element.
      else open.length = 0;
    }
  }
  return found;
}

/** An element with nothing but text is its text; several of one name are a list; attributes are `@_name`. */
export type XmlTree = string | XmlNode | readonly XmlTree[];
export interface XmlNode {
  [name: string]: XmlTree;
}

/** @returns undefined where more is closed than was opened, or a stray `<` is never closed at all */
export function xmlTree(text: string): XmlNode | undefined {
  const root = emptyNode();
  const path: { readonly name: string; readonly node: XmlNode; hasText: boolean }[] = [];
  let top = { name: '', node: root, hasText: false };
  let textFrom = 0;
  let closedTo = 0;
  for (const { kind, name, start, end } of tagsOf(text)) {
    if (text.slice(textFrom, start).trim() !== '') top.hasText = true;
    if (kind === 'other' && text.startsWith('<![CDATA[', start)) top.hasText = true;
    if (kind === 'stray' && start >= closedTo) {
      closedTo = tagEnd(text, start, false);
      if (closedTo === -1) return undefined;
    }
    textFrom = kind === 'stray' ? start : end;
    if (kind === 'open') {
      path.push(top);
      top = { name, node: attributesOf(text.slice(start + 1 + name.length, end - 1)), hasText: false };
    } else if (kind === 'empty')
      add(top.node, name, valueOf(attributesOf(text.slice(start + 1 + name.length, end - 1)), false));
    else if (kind === 'close') {
      const around = path.pop();
      if (around === undefined) return undefined;
      add(around.node, top.name, valueOf(top.node, top.hasText));
      top = around;
    }
  }
  return root;
}

/** Whether `a.b.0.c` leads to something. */
export function hasPath(tree: XmlTree, path: string): boolean {
  let found: XmlTree | undefined = tree;
  for (const step of path.split('.')) {
    if (typeof found !== 'object') return false;
    if (isList(found)) found = /^(0|[1-9]\d*)$/.test(step) ? found[Number(step)] : undefined;
    else found = found[step];
  }
  return found !== undefined;
}

const isList = (tree: XmlTree): tree is readonly XmlTree[] => Array.isArray(tree);

/** Without a prototype: elements may be called `constructor`. */
const emptyNode = (): XmlNode => Object.create(null) as XmlNode;

function add(node: XmlNode, name: string, value: XmlTree): void {
  const present = node[name];
  if (present === undefined) node[name] = value;
  else if (isList(present)) (present as XmlTree[]).push(value);
  else node[name] = [present, value];
}

function valueOf(node: XmlNode, hasText: boolean): XmlTree {
  if (Object.keys(node).length === 0) return '';
  if (hasText) node['#text'] = '';
  return node;
}

function attributesOf(text: string): XmlNode {
  const node = emptyNode();
  for (const [, name] of text.matchAll(/([^\s=/"']+)(?:\s*=\s*(?:"[^"]*"|'[^']*'))?/g)) node[`@_${name}`] = '';
  return node;
}
