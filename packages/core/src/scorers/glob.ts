/** Whether a name fits a pattern with `*` and `?`, without regard to case; neither of them stands for a line's end. */
export function fitsGlob(name: string, pattern: string): boolean {
  const text = name.toLowerCase();
  const wanted = pattern.toLowerCase();
  let at = 0;
  let step = 0;
  let star = -1;
  let retry = 0;
  while (at < text.length) {
    const char = wanted[step];
    if (char === '*') {
      star = step;
      retry = at;
      step += 1;
    } else if (char !== undefined && (char === text[at] || (char === '?' && !isLineEnd(text.charAt(at))))) {
      at += 1;
      step += 1;
    } else if (star !== -1 && !isLineEnd(text.charAt(retry))) {
      retry += 1;
      at = retry;
      step = star + 1;
    } else return false;
  }
  while (wanted[step] === '*') step += 1;
  return step === wanted.length;
}

const isLineEnd = (char: string): boolean => /[\n\r\u2028\u2029]/.test(char);
