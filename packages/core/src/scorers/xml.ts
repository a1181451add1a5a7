// Scorers of XML: the whole answer (saxes, with namespaces), or a piece of it; both may ask for elements by path.
import { SaxesParser } from 'saxes';
import type { Scorer, ScorerTable } from './scorer.ts';
import { badValue, cannotTell, isRecord, yesOrNo } from './verdicts.ts';
import { hasPath, xmlPieces, xmlTree } from './xml-pieces.ts';
import { tagsOf, xmlName } from './xml-tags.ts';

const longest = 2_000_000;
const mostPieces = 5_000;
/** Each name is resolved through all elements around it. */
const deepest = 500;

const space = '[ \\t\\r\\n]';
const system = `(?:"[^"#]*"|'[^'#]*')`;
const publicId = `(?:"[ \\r\\na-zA-Z0-9'()+,./:=?;!*#@$_%-]*"|'[ \\r\\na-zA-Z0-9()+,./:=?;!*#@$_%-]*')`;
const external = `SYSTEM${space}+${system}|PUBLIC${space}+${publicId}${space}+${system}`;

/** A document type with a name and at most an external identifier. */
const doctype = new RegExp(`^${space}+${xmlName}(?:${space}+(${external}))?${space}*$`, 'u');
const entityName = new RegExp(`^${xmlName}$`, 'u');

const xml =
  (type: 'is-xml' | 'contains-xml'): Scorer =>
  ({ assertion: { value, negated }, answer: { text } }) => {
    const required = requiredPaths(value);
    if (required === undefined) return badValue(type, 'element paths, as a list or with commas between them, or none,');
    if (text.length > longest)
      return cannotTell(
        `the answer has ${text.length} characters, too many to read as XML`,
        'Ask for a shorter answer.',
      );
    if (depthOf(text) > deepest) return cannotTell('the answer is nested too deeply', 'Ask for flatter XML.');
    const wrong = type === 'is-xml' ? wrongInDocument(text, required) : wrongInText(text, required);
    if (typeof wrong === 'object') return wrong;
    return yesOrNo(wrong === undefined, negated, () => wrong ?? 'The answer has XML with all of what was asked.');
  };

function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (const { kind } of tagsOf(text)) {
    if (kind === 'open') depth += 1;
    else if (kind === 'close') depth = Math.max(0, depth - 1);
    most = Math.max(most, depth);
  }
  return most;
}

function requiredPaths(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value.split(',').map((path) => path.trim());
  if (Array.isArray(value)) return value.map(String);
  if (!isRecord(value)) return undefined;
  if (Object.keys(value).length === 0) return [];
  return Array.isArray(value['requiredElements']) ? value['requiredElements'].map(String) : undefined;
}

function wrongInDocument(text: string, required: readonly string[]): string | undefined {
  try {
    parseStrictly(text);
  } catch (error) {
    return `The answer is no XML: ${error instanceof Error ? error.message : String(error)}.`;
  }
  const missing = missingIn(text, required);
  return missing === undefined || missing.length > 0 ? missingWords(missing ?? []) : undefined;
}

/** @throws with what is wrong, and where */
function parseStrictly(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  let standalone = false;
  parser.on('xmldecl', (declaration) => {
    standalone = declaration.standalone === 'yes';
  });
  parser.on('doctype', (declared) => {
    const found = doctype.exec(declared);
    if (found === null) throw new Error('its document type is malformed, or declares things itself');
    // What an external document type declares is not known here, so its entities are taken as they stand.
    if (found[1] !== undefined && !standalone) keepEntities(parser.ENTITIES);
  });
  parser.write(text).close();

  function keepEntities(known: Record<string, string>): void {
    parser.ENTITIES = new Proxy(known, {
      get(target, name): string | undefined {
        if (typeof name !== 'string') return undefined;
        return target[name] ?? (entityName.test(name) ? `&${name};` : undefined);
      },
    });
  }
}

function wrongInText(text: string, required: readonly string[]): string | undefined | ReturnType<typeof cannotTell> {
  const pieces = xmlPieces(text);
  if (pieces.length === 0) return 'There is no XML in the answer.';
  const complete: { readonly start: number; readonly end: number }[] = [];
  let looked = 0;
  for (const { start, end } of pieces) {
    if (complete.some((piece) => start >= piece.start && end <= piece.end)) continue;
    looked += 1;
    if (looked > mostPieces) return cannotTell('the answer has too many pieces of XML', 'Ask for a shorter answer.');
    const missing = missingIn(text.slice(start, end), required);
    if (missing?.length === 0) return undefined;
    if (missing !== undefined) complete.push({ start, end });
  }
  return `No XML in the answer has all of: ${required.join(', ')}.`;
}

function missingIn(text: string, required: readonly string[]): readonly string[] | undefined {
  const tree = xmlTree(text);
  return tree === undefined ? undefined : required.filter((path) => !hasPath(tree, path));
}

const missingWords = (paths: readonly string[]): string => `The XML lacks ${paths.join(', ')}.`;

export const xmlScorers: ScorerTable = new Map([
  ['is-xml', xml('is-xml')],
  ['contains-xml', xml('contains-xml')],
]);
