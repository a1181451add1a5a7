// Signs of HTML in a text, each found in one pass: the obvious expressions take quadratic time on texts like `<a <a <a`.

const openTag = /<[a-zA-Z][a-zA-Z0-9-]*/g;
const attribute = /\s[a-zA-Z-]+=\s*["']/g;
const known =
  /<(?:html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|input|button|script|style|link|meta|br|hr)\b/i;

/** Points for signs; two make it HTML. */
export function htmlSigns(text: string): number {
  const { opens, closesItself } = tagSigns(text);
  const closes = /<\/[a-zA-Z][a-zA-Z0-9-]*\s*>/.test(text);
  let points = opens && closes ? 2 : opens || closes ? 1 : 0;
  if (closesItself) points += 1;
  if (/&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);/.test(text)) points += 1;
  if (/<!DOCTYPE\s+html/i.test(text)) points += 2;
  if (hasComment(text)) points += 1;
  if (hasAttribute(text)) points += 1;
  if (known.test(text)) points += 2;
  return points;
}

/** `<name>`, `<name …>`; and `<name/>`, `<name …/>`. The next `>` behind a place only moves forward. */
function tagSigns(text: string): { readonly opens: boolean; readonly closesItself: boolean } {
  let opens = false;
  let closesItself = false;
  let close = text.indexOf('>');
  for (const { 0: start, index } of text.matchAll(openTag)) {
    const at = index + start.length;
    while (close !== -1 && close < at) close = text.indexOf('>', close + 1);
    if (close === -1 || (opens && closesItself)) break;
    const spaced = /\s/.test(text.charAt(at));
    if (close === at || spaced) opens = true;
    if ((close === at + 1 || spaced) && close > at && text[close - 1] === '/') closesItself = true;
  }
  return { opens, closesItself };
}

/** Between its ends a comment has no two dashes in a row. */
function hasComment(text: string): boolean {
  for (let start = text.indexOf('<!--'); start !== -1; start = text.indexOf('<!--', start + 4)) {
    const dashes = text.indexOf('--', start + 4);
    if (dashes === -1) return false;
    if (text[dashes + 2] === '>') return true;
  }
  return false;
}

function hasAttribute(text: string): boolean {
  const last = Math.max(text.lastIndexOf('"'), text.lastIndexOf("'"));
  for (const { 0: found, index } of text.matchAll(attribute)) if (index + found.length <= last) return true;
  return false;
}
