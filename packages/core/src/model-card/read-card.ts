// A model card: YAML front matter between two lines of dashes, and Markdown. Read as loosely as Hugging Face reads it, and
// cut so that whatever is not changed keeps its bytes.
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import type { Problem, Read } from '../formats/problem.ts';
import { huggingFaceYaml, plainValue } from './hugging-face-yaml.ts';

export interface ModelCard {
  /** Path from the root of the repository, for messages. */
  readonly file: string;
  /** All before the YAML: the line of dashes, or nothing where there is no front matter. */
  readonly head: string;
  readonly yaml: string;
  /** From the line break before the closing dashes to the end of their line. */
  readonly tail: string;
  readonly body: string;
  /** Line on which the body begins, 1-based. */
  readonly bodyLine: number;
  readonly document: Document.Parsed;
  /** The front matter as plain values. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Place of a value of the front matter, or of the nearest one above it. */
  readonly placeOf: (path: readonly PropertyKey[]) => Place;
}

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

// The expression of the Hub's server and of huggingface_hub; what follows it is our own, for an empty block.
const frontMatter = /^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|$))/;
const emptyFrontMatter = /^(\s*---(?:\r\n|\r|\n))()(---[ \t]*(?:\r\n|\n|$))/;

export function readCard({ text, file }: { readonly text: string; readonly file: string }): Read<ModelCard> {
  const match = frontMatter.exec(text) ?? emptyFrontMatter.exec(text);
  const [whole = '', head = '', yaml = '', tail = ''] = match ?? [];
  const firstLine = linesIn(head);
  const lines = new LineCounter();
  const document = parseDocument(yaml, { ...huggingFaceYaml, lineCounter: lines });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: line + firstLine, column: col };
  };
  const problems = document.errors.slice(0, 1).map((error): Problem => ({
    code: 'CARD_NOT_YAML',
    severity: 'error',
    message: `The front matter is not valid YAML: ${error.message}.`.replace('..', '.'),
    hint: 'Check indentation, quotes and colons near this place.',
    ...at(error.pos[0]),
  }));
  if (problems.length > 0) return { problems };
  const plain = plainValue(document);
  const data = plain?.value ?? {};
  if (plain === undefined || typeof data !== 'object' || Array.isArray(data)) {
    return { problems: [notAMap(at(0))] };
  }
  const value: ModelCard = {
    file,
    head,
    yaml,
    tail,
    body: text.slice(whole.length),
    bodyLine: linesIn(whole) + 1,
    document,
    data: data as Readonly<Record<string, unknown>>,
    placeOf: (path) => {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (hasRange(node)) return at(node.range[0]);
      }
      return { file, line: 1, column: 1 };
    },
  };
  return { value, problems: repeatedKeys(document, at) };
}

/** The card's text; a part is given anew, the rest is as it was read. */
export function writeCard(card: ModelCard, yaml: string = card.yaml): string {
  if (card.head !== '') {
    const broken = /^[\r\n]/.test(card.tail);
    return `${card.head}${yaml}${broken || yaml === '' ? '' : lineBreakOf(card)}${card.tail}${card.body}`;
  }
  if (yaml === '') return card.body;
  const lineBreak = lineBreakOf(card);
  const gap = card.body === '' || /^\r?\n/.test(card.body) ? '' : lineBreak;
  return `---${lineBreak}${yaml}${lineBreak}---${lineBreak}${gap}${card.body}`;
}

export const lineBreakOf = ({ head, body }: ModelCard): string => /\r\n|\n/.exec(head || body)?.[0] ?? '\n';

const linesIn = (text: string): number => text.split(/\r\n|\r|\n/).length - 1;

const hasRange = (node: unknown): node is { readonly range: readonly [number, number, number] } =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);

const notAMap = (place: Place): Problem => ({
  code: 'CARD_NOT_YAML',
  severity: 'error',
  message: 'The front matter is no list of `key: value`.',
  hint: 'Write `license: apache-2.0` and the like, one key a line.',
  ...place,
});

/** Allowed by Hugging Face's reader, which takes the last one: two people have edited past each other. */
function repeatedKeys(document: Document.Parsed, at: (offset: number) => Place): readonly Problem[] {
  if (!isMap(document.contents)) return [];
  const seen = new Set<string>();
  return document.contents.items.flatMap(({ key }): readonly Problem[] => {
    const name = String(key);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        code: 'CARD_KEY_TWICE',
        severity: 'warning',
        message: `"${name}" is written twice; the last one counts.`,
        hint: 'Keep one of them.',
        ...(hasRange(key) ? at(key.range[0]) : {}),
      },
    ];
  });
}
