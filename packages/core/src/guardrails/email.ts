// Mail addresses are found from their @ outwards: a pattern would try every letter of a long text as a beginning.
import type { Finding } from './recognizer.ts';

const longestLocal = 64;
const longestDomain = 255;

export function findEmails(text: string): readonly Finding[] {
  const found: Finding[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    if (!/[^\s@]/.test(text[at - 1] ?? ' ') || !/[a-z0-9]/i.test(text[at + 1] ?? ' ')) continue;
    const local = /[\w.!#$%&'*+/=?^`{|}~-]+$/.exec(text.slice(Math.max(from, at - longestLocal - 1), at))?.[0] ?? '';
    const domain = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9]{2,59})(?![\w-])/i.exec(
      text.slice(at + 1, at + 1 + longestDomain),
    )?.[0];
    const name = local.replace(/^[^\w]+/, '');
    if (domain === undefined || name === '' || local.length > longestLocal || /\.\.|\.$/.test(name)) continue;
    const end = at + 1 + domain.length;
    found.push({ type: 'email-address', start: at - name.length, end, confidence: 1 });
    from = end;
  }
  return found;
}
