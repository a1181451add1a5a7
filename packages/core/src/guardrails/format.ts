// What an answer may look like: length, script, links, images and markup. Images and links are how a model that was
// talked into it carries data out: a client that renders them asks the attacker's server.
import * as z from 'zod/mini';
import { findInvisible } from './invisible.ts';

export const FormatRules = z.strictObject({
  minLength: z.optional(z.int().check(z.minimum(0))),
  maxLength: z.optional(z.int().check(z.minimum(0))),
  maxLines: z.optional(z.int().check(z.minimum(0))),
  /** Unicode scripts that letters may have: Latin, Cyrillic, Han, … */
  scripts: z.optional(z.array(z.string().check(z.regex(/^[A-Z][A-Za-z_]{1,30}$/)))),
  /** Hosts that links may go to; `example.com` holds its subdomains. An empty list allows no link. */
  hosts: z.optional(z.array(z.string())),
  /** Whether images may be embedded. */
  images: z.optional(z.boolean()),
  /** Whether HTML tags may stand in it. */
  html: z.optional(z.boolean()),
  /** Whether code blocks may stand in it. */
  code: z.optional(z.boolean()),
  /** Whether characters that nobody sees may stand in it. */
  invisible: z.optional(z.boolean()),
});
export type FormatRules = z.infer<typeof FormatRules>;

/** What breaks the rules, in words; empty when nothing does. */
export function formatBreaches(text: string, rules: FormatRules): readonly string[] {
  const breaches: string[] = [];
  const characters = rules.minLength === undefined && rules.maxLength === undefined ? 0 : lengthOf(text);
  if (rules.minLength !== undefined && characters < rules.minLength)
    breaches.push(`has ${characters} characters, fewer than ${rules.minLength}`);
  if (rules.maxLength !== undefined && characters > rules.maxLength)
    breaches.push(`has ${characters} characters, more than ${rules.maxLength}`);
  if (rules.maxLines !== undefined && text.split('\n').length > rules.maxLines)
    breaches.push(`has ${text.split('\n').length} lines, more than ${rules.maxLines}`);
  if (rules.scripts !== undefined) breaches.push(...otherScripts(text, rules.scripts));
  if (rules.hosts !== undefined) breaches.push(...otherHosts(text, rules.hosts));
  if (rules.images === false && hasImage(text)) breaches.push('embeds an image');
  if (rules.html === false && /<\/?[a-z][a-z0-9-]{0,30}(?:\s[^<>]{0,2000})?\/?>|<!--/i.test(text))
    breaches.push('holds HTML');
  if (rules.code === false && /(?:^|\n)\s{0,3}(?:```|~~~)/.test(text)) breaches.push('holds a code block');
  if (rules.invisible === false && findInvisible(text).length > 0) breaches.push('holds characters that nobody sees');
  return breaches;
}

function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** @param scripts names that Unicode knows; unknown ones are told by `unknownScripts` beforehand */
function otherScripts(text: string, scripts: readonly string[]): readonly string[] {
  const allowed = scripts.map((script) => String.raw`\p{Script_Extensions=${script}}`).join('');
  const other = new RegExp(String.raw`(?![${allowed}\p{Script=Common}\p{Script=Inherited}])\p{L}`, 'u').exec(text);
  return other === null ? [] : [`holds letters of another script than ${scripts.join(', ')}`];
}

export const unknownScripts = (scripts: readonly string[]): readonly string[] =>
  scripts.filter((script) => {
    try {
      return new RegExp(String.raw`\p{Script=${script}}`, 'u').source === '';
    } catch {
      return true;
    }
  });

/** Hosts of links: with a scheme, without one (`//host`), and bare ones that Markdown or HTML link to. */
export function hostsOf(text: string): readonly string[] {
  const hosts = new Set<string>();
  const links =
    /(?:\b[a-z][a-z0-9+.-]{1,15}:|(?<=[("'=\s]|^))\/\/(?:[^\s/?#@"'<>()]{0,200}@)?([^\s/?#:"'<>()\\]{1,253})/gim;
  for (const [, host = ''] of text.matchAll(links)) hosts.add(host.toLowerCase().replace(/[.,;!]+$/, ''));
  return [...hosts];
}

function otherHosts(text: string, allowed: readonly string[]): readonly string[] {
  const names = allowed.map((host) => host.toLowerCase());
  const other = hostsOf(text).filter((host) => !names.some((name) => host === name || host.endsWith(`.${name}`)));
  return other.length === 0 ? [] : [`links to ${other.slice(0, 3).join(', ')}`];
}

const hasImage = (text: string): boolean =>
  hasMarkdownImage(text) ||
  /<(?:img|picture|svg|object|embed|iframe|video|audio)\b|\burl\(\s{0,5}["']?(?:https?:)?\/\//i.test(text);

/** `![words](address)`, `![words][name]`, and `![name]` where names are given addresses; words may hold brackets. */
function hasMarkdownImage(text: string): boolean {
  const named = /^ {0,3}\[[^\][\n]{1,200}\]:/m.test(text);
  const open: boolean[] = [];
  for (const { 0: bracket, index } of text.matchAll(/[\][]/g)) {
    if (bracket === '[') open.push(text[index - 1] === '!');
    else if (open.pop() === true && (named || /[([]/.test(text[index + 1] ?? ''))) return true;
  }
  return false;
}
