// Words as the Penn Treebank splits them (MacIntyre's tokenizer, with the quotes and numbers of js-rouge 3.2, which
// promptfoo's `rouge-n` counts): punctuation apart, contractions in two, decimal commas and the dots of initials kept.

const quotes = /``|''|"/g;
const word = '[\\p{ID_Continue}\\u200c\\u200d]';

/** Words that are two: "cannot", "gonna", "'tis". */
const pairs: readonly RegExp[] = [
  ['can', 'not'],
  ['d', "'ye"],
  ['gim', 'me'],
  ['gon', 'na'],
  ['got', 'ta'],
  ['lem', 'me'],
  ['more', "'n"],
  ['wan', 'na', '(?= )'],
  ["'t", 'is'],
  ["'t", 'was'],
].map(([first, second, then = '']) => new RegExp(`(?<!${word})(${first})(${second})${then}(?!${word})`, 'giu'));

export function treebankTokens(text: string): readonly string[] {
  const line = text.replace(/[\s\u0085]+/g, ' ').trim();
  if (line === '') return [];
  let spaced = withQuotesApart(line)
    .replace(/\.{3}/g, ' ... ')
    .replace(/[:,](?!\p{Decimal_Number})/gu, ' $& ')
    .replace(/[;@#$%&]/g, ' $& ')
    .replace(/([^.])(?<!\b[A-Za-z]\.[A-Za-z])(\.)([\])}>'\s]*)$/g, '$1 $2$3 ')
    .replace(/[?!\][(){}<>]/g, ' $& ')
    .replace(/--/g, ' -- ');
  spaced = ` ${spaced} `
    .replace(/([^'])' /g, "$1 ' ")
    .replace(/'([sSmMdD]) /g, " '$1 ")
    .replace(/('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /g, ' $1 ');
  for (const pair of pairs) spaced = spaced.replace(pair, ' $1 $2 ');
  return spaced.split(' ').filter((token) => token !== '');
}

/** Opening and closing quotes become two different tokens. */
function withQuotesApart(text: string): string {
  let inside = false;
  return text.replace(quotes, (quote: string, at: number) => {
    inside = quote === '``' || (!inside && opensQuote(text, quote, at));
    return inside ? ' `` ' : " '' ";
  });
}

function opensQuote(text: string, quote: string, at: number): boolean {
  const before = text.slice(0, at).at(-1) ?? '';
  const last = at + quote.length >= text.length;
  if (last && at !== 0 && !/[\s\p{Ps}<]/u.test(before)) return false;
  if (/[.!?]/.test(before)) return false;
  const mayOpen = at === 0 || /[\s\p{Punctuation}<]/u.test(before) || text.slice(at - 2, at) === '``';
  if (!mayOpen) return false;
  if (quote === '"') return true;
  // Two apostrophes open only where two apostrophes close.
  const rest = text.slice(at + 2);
  return at > 0 && /^[\p{Letter}\p{Number}\p{Sc}\p{Ps}]/u.test(rest) && /``|''|"/.exec(rest)?.[0] === "''";
}
