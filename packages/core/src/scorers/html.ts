// Scorers of HTML: an answer that is nothing but HTML (parse5), or one that has signs of it.
import type { DefaultTreeAdapterMap } from 'parse5';
import { htmlSigns } from './html-marks.ts';
import type { Scorer, ScorerTable } from './scorer.ts';
import { cannotTell, yesOrNo } from './verdicts.ts';

/** promptfoo's limit; beyond it, it says that there is none. */
const longestText = 10_485_760;
/** A tree of more takes too much memory, and some orders of tags quadratic time. */
const longestDocument = 2_000_000;
const mostTags = 50_000;

const elements = new Set(
  `html head title base link meta style body article section nav aside h1 h2 h3 h4 h5 h6 header footer address p hr pre
   blockquote ol ul li dl dt dd figure figcaption main div a em strong small s cite q dfn abbr ruby rt rp data time code
   var samp kbd sub sup i b u mark bdi bdo span br wbr img iframe embed object param picture source video audio track map
   area svg math script noscript canvas ins del table caption colgroup col tbody thead tfoot tr td th form label input
   button select datalist optgroup option textarea output progress meter fieldset legend details summary dialog menu slot
   template`.split(/\s+/),
);

const tooLong = ({ length }: string) =>
  cannotTell(`the answer has ${length} characters, too many to be read as HTML`, 'Ask for a shorter answer.');

const containsHtml: Scorer = ({ assertion: { negated }, answer: { text } }) =>
  text.length > longestText
    ? tooLong(text)
    : yesOrNo(htmlSigns(text) >= 2, negated, (not) => `Expected ${not}to contain HTML.`);

const isHtml: Scorer = async ({ assertion: { negated }, answer }) => {
  const text = answer.text.trim();
  if (text.length > longestDocument || tagsIn(text) > mostTags) return tooLong(text);
  const wrong = await wrongWith(text);
  return yesOrNo(wrong === undefined, negated, () => wrong ?? 'The answer is HTML.');
};

function tagsIn(text: string): number {
  let tags = 0;
  for (let at = text.indexOf('<'); at !== -1 && tags <= mostTags; at = text.indexOf('<', at + 1)) tags += 1;
  return tags;
}

async function wrongWith(text: string): Promise<string | undefined> {
  if (text === '') return 'The answer is empty.';
  if (/^<\?xml/i.test(text)) return 'The answer is XML, not HTML.';
  // Loaded when the first answer is read: few suites need it, and starting up is quicker without.
  const { parse } = await import('parse5');
  const all = elementsOf(parse(text, { sourceCodeLocationInfo: true }));
  const written = writtenWrappers(text);
  const body = all.find(({ tagName }) => tagName === 'body');
  if (body !== undefined && !isWritten(body, written) && hasText(body)) return 'The answer has text outside of HTML.';
  const found = all.some((element) => {
    const name = element.tagName.toLowerCase();
    return wrappers.has(name) ? isWritten(element, written) : elements.has(name) || name.includes('-');
  });
  return found ? undefined : 'The answer has no element of HTML.';
}

type Node = DefaultTreeAdapterMap['node'];
type HtmlElement = DefaultTreeAdapterMap['element'];

function elementsOf(document: Node): readonly HtmlElement[] {
  const found: HtmlElement[] = [];
  const waiting: Node[] = [document];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ('tagName' in node) found.push(node);
    if ('childNodes' in node) for (const child of node.childNodes.toReversed()) waiting.push(child);
  }
  return found;
}

/** The parser adds these three where they are missing. */
const wrappers = new Set(['html', 'head', 'body']);

const writtenWrappers = (text: string): ReadonlySet<string> =>
  new Set([...wrappers].filter((name) => new RegExp(`<${name}(?=[\\s>/])`, 'i').test(text)));

const isWritten = (element: HtmlElement, written: ReadonlySet<string>): boolean =>
  written.has(element.tagName) && element.sourceCodeLocation !== null && element.sourceCodeLocation !== undefined;

const hasText = (element: HtmlElement): boolean =>
  element.childNodes.some((node) => node.nodeName === '#text' && 'value' in node && node.value.trim() !== '');

export const htmlScorers: ScorerTable = new Map([
  ['is-html', isHtml],
  ['contains-html', containsHtml],
]);
