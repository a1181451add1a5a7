// `contains-any: one, "two, three", 4`: lists written as one text, with quotes as in CSV and backslashes as in JSON.
const blank = /\s/;

/** @returns the parts, or undefined where a quote never ends or is followed by something else than a comma */
export function partsOfList(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && (text[at] === ',' || blank.test(text.charAt(at)))) at += 1;
    if (at >= text.length) return parts;
    if (text[at] === '"') {
      const quote = quotedPart(text, at);
      if (quote === undefined) return undefined;
      parts.push(quote.part);
      at = quote.end;
      while (at < text.length && blank.test(text.charAt(at))) at += 1;
      if (at < text.length && text[at] !== ',') return undefined;
    } else {
      const comma = text.indexOf(',', at);
      const end = comma === -1 ? text.length : comma;
      parts.push(text.slice(at, end).trim());
      at = end;
    }
  }
}

function quotedPart(text: string, start: number): { readonly part: string; readonly end: number } | undefined {
  let part = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    const next = text[at + 1];
    const escaped = (char === '\\' && (next === '"' || next === '\\')) || (char === '"' && next === '"');
    if (escaped) {
      part += next;
      at += 1;
    } else if (char === '"') return { part, end: at + 1 };
    else part += char;
  }
  return undefined;
}
