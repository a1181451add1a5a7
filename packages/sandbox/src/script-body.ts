// Inline JavaScript as users of evaluation suites write it: an expression, declarations with an expression at the end, or
// a body of several lines with its own `return`.

/** Function bodies that the code may mean, the likeliest first. */
export function bodiesOf(code: string): readonly string[] {
  const text = code.trimEnd();
  if (text.includes('\n')) return [text];
  const line = text.trim().replace(/(?:\s*;)+$/, '');
  if (/^(?:const|let|var)\s/.test(line)) {
    const end = lastSemicolon(line);
    const expression = end === -1 ? '' : line.slice(end + 1).trim();
    return expression === '' ? [line] : [`${line.slice(0, end + 1)} return ${expression}`, line];
  }
  // The second is for one line that returns by itself, such as `if (…) return true; return false`.
  return [`return ${line}`, line];
}

/** The last semicolon outside of strings, template literals, comments and brackets; -1 without one. */
function lastSemicolon(code: string): number {
  let last = -1;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < code.length; at++) {
    const character = code[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'" || character === '`') quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ';' && depth <= 0) last = at;
  }
  return last;
}
