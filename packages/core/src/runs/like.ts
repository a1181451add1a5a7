// SQL's LIKE: % is any text, _ any one character. No regular expression: a pattern of a stranger cannot make it slow.

/** @returns asks whether a text as a whole is like the pattern: in pattern × text steps at most, whatever they hold */
export function likePattern(pattern: string, caseless: boolean): (text: string) => boolean {
  const fold = (text: string): string => (caseless ? text.toLowerCase() : text);
  const wanted = fold(pattern);
  const matches = wanted.includes('_') ? byCharacter(Array.from(wanted)) : byPart(wanted.split('%'));
  return (text) => matches(fold(text));
}

/** Without _ each part between two % is looked for where the one before it ended. */
function byPart(parts: readonly string[]): (text: string) => boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** Only the last % is ever tried again (matching wildcards; Krauss 2008). */
function byCharacter(wanted: readonly string[]): (text: string) => boolean {
  return (given) => {
    const text = Array.from(given);
    let [at, place] = [0, 0];
    let [star, retry] = [-1, 0];
    while (at < text.length) {
      const want = wanted[place];
      if (want === '%') {
        star = place;
        retry = at;
        place += 1;
      } else if (want === '_' || (want !== undefined && want === text[at])) {
        at += 1;
        place += 1;
      } else if (star >= 0) {
        retry += 1;
        at = retry;
        place = star + 1;
      } else return false;
    }
    while (wanted[place] === '%') place += 1;
    return place === wanted.length;
  };
}
