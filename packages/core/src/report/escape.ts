// One escaper per output. Every string of a report is untrusted: it may come from data, from a model's answer or
// from a pull request, and must stay text wherever it lands.

/** Zero-width space: what keeps GitHub from turning text into mentions, references and links. Entities do not. */
const BREAK = '\u200B';

// Bidirectional controls, invisible marks, line separators and the tag block: text that hides or reorders itself.
// The joiners U+200C and U+200D stay, since scripts and emoji are written with them.
const hidden =
  /[\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;
const control = /[^\P{Cc}\t\n]/gu;

/** Makes what hides visible: controls as pictures (`␛`), bidirectional and zero-width marks as `⟨U+202E⟩`. */
export function showHidden(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(control, (found) => {
      const code = found.charCodeAt(0);
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : codePointName(found);
    })
    .replaceAll(hidden, codePointName);
}

/** HTML text and quoted attribute values. Line ends stay; the style sheet decides what they mean. */
export function escapeHtml(text: string): string {
  return showHidden(text).replaceAll(/[&<>"']/g, (found) => htmlEntities[found] ?? found);
}

/** Text inside a Markdown paragraph, heading or table cell. Never more than one line. */
export function escapeMarkdown(text: string): string {
  const visible = showHidden(text.trim())
    .replaceAll(/[&<>]/g, (found) => htmlEntities[found] ?? found)
    .replaceAll(/[\\`*_[\]~]/g, String.raw`\$&`)
    .replaceAll('|', '&#124;')
    .replace(/^(?:-(?=[-\s]|$)|\+(?=\s|$)|#(?=[#\s]|$))/, String.raw`\$&`)
    .replace(/^(\d{1,9})(?=[.)](?:\s|$))/, '$1\\')
    .replaceAll('\n', '<br>');
  return withoutMath(breakReferences(visible));
}

/** Text inside an HTML tag of a Markdown document, such as `<summary>`. */
export const escapeMarkdownHtml = (text: string): string =>
  withoutMath(breakReferences(escapeHtml(text.trim()).replaceAll(/\n/g, ' ')));

/**
 * A code span. Where backticks, pipes or backslashes would be read twice it is written as an element.
 * @param after what stands before it: two spans side by side would melt into one
 */
export function markdownCode(text: string, after = ''): string {
  const line = showHidden(text).replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '';
  return /[`|\\]/.test(line) || after.endsWith('`') ? `<code>${escapeMarkdown(line)}</code>` : `\`${line}\``;
}

/** A fenced block whose fence is longer than any inside it. */
export function markdownFence(text: string, language = ''): string {
  const body = showHidden(text).replace(/\n+$/, '');
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language.replaceAll(/[^A-Za-z0-9+-]/g, '')}\n${body}\n${fence}`;
}

/** A link's address: only https and http, nothing that could end the link. Undefined when it is neither. */
export function safeUrl(url: string): string | undefined {
  if (!/^https?:\/\/[^\s]+$/i.test(url)) return undefined;
  return url.replaceAll(/[<>"'()[\]\\`|{}^*_~]|[^\x21-\x7E]/gu, percentEncoded);
}

/** The message of a workflow command: `::error::MESSAGE`. */
export const escapeCommandMessage = (text: string): string =>
  text
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replaceAll(control, (found) => showHidden(found))
    .replaceAll(hidden, codePointName);

/** A property of a workflow command: `::error file=PROPERTY::`. */
export const escapeCommandProperty = (text: string): string =>
  escapeCommandMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Text for a terminal: control sequences are taken out whole, what is left of them is shown. */
export function escapeTerminal(text: string): string {
  return showHidden(text.replaceAll(terminalSequence, ''));
}

/** One CSV field. What a spreadsheet would take for a formula is marked as text; numbers stay numbers. */
export function escapeCsv(text: string): string {
  const visible = showHidden(text);
  const formula = /^[=+\-@\t]/.test(visible) && !/^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(visible);
  const safe = formula ? `'${visible}` : visible;
  return /[",\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** At most so many characters, counted as people do, with an ellipsis where something was taken away. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text);
  return characters.length <= limit ? text : `${characters.slice(0, Math.max(0, limit - 1)).join('')}…`;
}

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const htmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// CSI, OSC, DCS and the like, and two-byte escapes (ECMA-48).
const terminalSequence =
  // eslint-disable-next-line no-control-regex
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]/g;

// GitHub looks for these in the rendered text, so that escaping the source does not help: @name, #12, GH-12, hashes
// of commits, addresses and :emoji:. In each, a break goes where the pattern must be unbroken.
function breakReferences(text: string): string {
  return text
    .replaceAll(/@(?=[A-Za-z0-9_\\-])/g, `@${BREAK}`)
    .replaceAll(/(?<!&)#(?=\d)/g, `#${BREAK}`)
    .replaceAll(/\b(GH-)(?=\d)/gi, `$1${BREAK}`)
    .replaceAll(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])([0-9a-f]{6})(?=[0-9a-f]{1,34}\b)/g, `$1${BREAK}`)
    .replaceAll(/:(?=\/\/)/g, `:${BREAK}`)
    .replaceAll(/\b(www)(?=\.)/gi, `$1${BREAK}`)
    .replaceAll(/:(?=[a-z_\\+-][a-z0-9_\\+-]*:)/gi, `:${BREAK}`);
}

// One dollar is money; two on a line would be a formula.
const withoutMath = (text: string): string =>
  text.split('$').length > 2 ? text.replaceAll('$', () => '<span>$</span>') : text;

const codePointName = (found: string): string =>
  `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

const percentEncoded = (found: string): string =>
  [...new TextEncoder().encode(found)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
