import { expect, test } from 'vitest';
import fc from 'fast-check';
import { marked } from 'marked';
import {
  cutText,
  escapeCommandMessage,
  escapeCommandProperty,
  escapeCsv,
  escapeHtml,
  escapeMarkdown,
  escapeTerminal,
  markdownCode,
  markdownFence,
  safeUrl,
  showHidden,
} from '@pawl/core/report';

test('what hides is made visible, and what scripts and emoji need is left alone', () => {
  expect(showHidden('\u202Egnp.exe\u202C')).toBe('⟨U+202E⟩gnp.exe⟨U+202C⟩');
  expect(showHidden('a\u200Bb\u0000\u0007\u007F')).toBe('a⟨U+200B⟩b␀␇␡');
  expect(showHidden('tag \u{E0041}')).toBe('tag ⟨U+E0041⟩');
  expect(showHidden('line\r\nline\ttab')).toBe('line\nline\ttab');
  expect(showHidden('👩\u200D👧 می\u200Cخواهم')).toBe('👩\u200D👧 می\u200Cخواهم');
  expect(showHidden('\uD800')).toBe('\uFFFD');
});

test('HTML text cannot leave its element or its attribute', () => {
  expect(escapeHtml(`<b onclick="x('y')">&`)).toBe('&lt;b onclick=&quot;x(&#39;y&#39;)&quot;&gt;&amp;');
});

test('Markdown text mentions nobody, refers to nothing and links nowhere', () => {
  const breaks = (text: string): string => escapeMarkdown(text).replaceAll('\u200B', '·');
  expect(breaks('@octocat and @acme/team')).toBe('@·octocat and @·acme/team');
  expect(breaks('see #12, acme/flights#12, GH-12')).toBe('see #·12, acme/flights#·12, GH-·12');
  expect(breaks('4f1c9e2ab7d0')).toBe('4f1c9e·2ab7d0');
  expect(breaks('https://x.example www.x.example me@x.example')).toBe(
    'https:·//x.example www·.x.example me@·x.example',
  );
  expect(breaks(':tada: at 10:30:45')).toBe(':·tada: at 10:30:45');
});

test('Markdown text keeps numbers as they are', () => {
  expect(escapeMarkdown('0.870 → −6.0 pts, +0.5, -0.5, 1. and 2.')).toBe('0.870 → −6.0 pts, +0.5, -0.5, 1. and 2.');
  expect(escapeMarkdown('1. first')).toBe(String.raw`1\. first`);
});

// Rendered by a real Markdown parser: the text that comes out is the text that went in, and no element was made.
test('any text survives a Markdown paragraph, cell and heading as text', () => {
  const pieces = fc.constantFrom(
    ...'`*_[]()!|\\~#->+=:<&"\'$\n 1.ab@'.split(''),
    '<!--',
    '-->',
    '```',
    '<b>',
    '](x)',
    '&lt;',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      const wanted = text.trim().replaceAll('\u200B', '');
      for (const frame of [
        (body: string) => `| a | b |\n| --- | --- |\n| ${body} | x |`,
        (body: string) => `before\n\n${body}\n\nafter`,
        (body: string) => `#### ${body}`,
      ]) {
        const html = marked.parse(frame(escapeMarkdown(text)), { async: false, gfm: true });
        expect(html).not.toMatch(/<(?!\/?(?:table|thead|tbody|tr|th|td|p|h4|br|span)\b)/);
        expect(textOf(html).includes(flat(wanted))).toBe(true);
      }
    }),
    { numRuns: 300, seed: 7 },
  );
});

test('a code span holds backticks, pipes and line ends', () => {
  expect(markdownCode('a b')).toBe('`a b`');
  expect(markdownCode('a\nb')).toBe('`a b`');
  expect(markdownCode('a`b|c')).toBe('<code>a\\`b&#124;c</code>');
  expect(markdownCode('b', '`a`')).toBe('<code>b</code>');
});

test('a fence is longer than any fence inside, and its language is a word', () => {
  expect(markdownFence('````\nx', 'js" onload=')).toBe('`````jsonload\n````\nx\n`````');
});

test('a link is https or http and cannot end its Markdown or its attribute', () => {
  expect(safeUrl('https://x.example/a(b)?q="<é')).toBe('https://x.example/a%28b%29?q=%22%3C%C3%A9');
  expect(safeUrl('javascript:alert(1)')).toBeUndefined();
  expect(safeUrl('https://x.example/ y')).toBeUndefined();
});

test('a workflow command has one line, and its properties cannot grow another', () => {
  expect(escapeCommandMessage('100 %\r\n::error::x')).toBe('100 %25%0D%0A::error::x');
  expect(escapeCommandProperty('a,line=1:x\n')).toBe('a%2Cline=1%3Ax%0A');
});

test('terminal text loses control sequences and shows what is left of them', () => {
  expect(escapeTerminal('\u001B[31mred\u001B[0m \u001B]0;title\u0007x\u001B]8;;http://x\u001B\\y \u009B2Jz')).toBe(
    'red xy z',
  );
  expect(escapeTerminal('\u001B \u0008')).toBe('␛ ␈');
});

test('a CSV field is no formula, and numbers stay numbers', () => {
  expect(escapeCsv('=1+1')).toBe("'=1+1");
  expect(escapeCsv('@SUM(A1)')).toBe("'@SUM(A1)");
  expect(escapeCsv('-6.0')).toBe('-6.0');
  expect(escapeCsv('+x, "y"')).toBe(`"'+x, ""y"""`);
});

test('a cut text says that it was cut and breaks no character', () => {
  expect(cutText('👩👩👩', 2)).toBe('👩…');
  expect(cutText('abc', 3)).toBe('abc');
});

const flat = (text: string): string => text.replaceAll(/\s+/g, '');
function textOf(html: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", '#124': '|' };
  return flat(
    html
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll(/&(#?\w+);/g, (all, name: string) => entities[name] ?? all)
      .replaceAll('\u200B', ''),
  );
}
