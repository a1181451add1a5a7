// Filters on texts and numbers, with nunjucks' meanings.
import { argument, maxText, type FilterArguments, type Filters } from './filter-arguments.ts';
import { asText, isRecord, plainText, primitiveOf, textOf, ValueError, type Value } from './values.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
  '\\': '&#92;',
};
const escapeHtml = (value: Value): string => textOf(value).replaceAll(/[&"'<>\\]/g, (char) => escapes[char] ?? char);

const fallback = (value: Value, { positional, named }: FilterArguments): Value => {
  const [other = named.get('default_value') ?? '', bool = named.get('boolean')] = positional;
  return (bool ? value : value !== undefined) ? value : other;
};

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();

const times = (text: string, count: number): string => {
  const whole = Math.max(0, Math.ceil(count));
  if (whole * text.length > maxText) throw new ValueError('The text would become longer than ten million characters.');
  return text.repeat(whole);
};

const numberOr = (parsed: number, other: Value): Value => (Number.isNaN(parsed) ? other : parsed);

export const textFilters: Filters = {
  abs: (value) => Math.abs(Number(primitiveOf(value))),
  capitalize: (value) => capitalize(asText(value, 'capitalize')),
  center: (value, args) => {
    const text = asText(value, 'center');
    const spaces = Number(argument(args, 0, 'width') ?? 80) - text.length;
    if (spaces <= 0) return text;
    return times(' ', spaces / 2 - (spaces % 2)) + text + times(' ', spaces / 2);
  },
  d: fallback,
  default: fallback,
  dump: (value, args) => {
    const spaces = argument(args, 0);
    const text = JSON.stringify(
      value,
      null,
      typeof spaces === 'number' || typeof spaces === 'string' ? spaces : undefined,
    );
    if (text !== undefined && text.length > maxText)
      throw new ValueError('The text would become longer than ten million characters.');
    return text;
  },
  e: escapeHtml,
  escape: escapeHtml,
  float: (value, args) => {
    const parsed = Number.parseFloat(plainText(value));
    return Number.isNaN(parsed) ? argument(args, 0, 'default') : parsed;
  },
  forceescape: escapeHtml,
  indent: (value, args) => {
    const text = asText(value, 'indent');
    const space = times(' ', Number(argument(args, 0, 'width') ?? 4));
    const first = argument(args, 1, 'indentfirst') ?? false;
    const lines = text.split('\n');
    if (lines.length * space.length > maxText)
      throw new ValueError('The text would become longer than ten million characters.');
    return text === '' ? '' : lines.map((line, index) => (index === 0 && !first ? line : space + line)).join('\n');
  },
  int: (value, args) => {
    const base = argument(args, 1, 'base');
    return numberOr(
      Number.parseInt(plainText(value), typeof base === 'number' ? base : 10),
      argument(args, 0, 'default'),
    );
  },
  load: (value) => {
    try {
      return JSON.parse(plainText(value)) as Value;
    } catch {
      throw new ValueError('The filter "load" needs JSON, and the text is none.');
    }
  },
  lower: (value) => asText(value, 'lower').toLowerCase(),
  nl2br: (value) => (value === undefined || value === null ? '' : textOf(value).replaceAll(/\r\n|\n/g, '<br />\n')),
  replace: (value, args) => replaceText(value, args),
  round: (value, args) => {
    const factor = 10 ** Number(argument(args, 0, 'precision') ?? 0);
    const method = argument(args, 1, 'method');
    const rounder = method === 'ceil' ? Math.ceil : method === 'floor' ? Math.floor : Math.round;
    return rounder(Number(primitiveOf(value)) * factor) / factor;
  },
  safe: (value) => orEmptyText(value),
  string: (value) => (typeof value === 'string' ? value : plainText(value)),
  striptags: (value, args) => {
    const tags = /<\/?[a-z][a-z0-9]*\b[^<>]*>|<!--(?:(?!-->)[\s\S])*-->/gi;
    const text = asText(value, 'striptags').replaceAll(tags, '').trim();
    if (!argument(args, 0, 'preserve_linebreaks')) return text.replaceAll(/\s+/g, ' ');
    return text
      .replaceAll(/^ +| +$/gm, '')
      .replaceAll(/ +/g, ' ')
      .replaceAll('\r\n', '\n')
      .replaceAll(/\n{3,}/g, '\n\n');
  },
  title: (value) => asText(value, 'title').split(' ').map(capitalize).join(' '),
  trim: (value) => (typeof value === 'string' ? value.trim() : asText(value, 'trim')),
  truncate: (value, args) => {
    const text = asText(value, 'truncate');
    const length = Number(argument(args, 0, 'length') ?? 255);
    if (text.length <= length) return text;
    const space = text.lastIndexOf(' ', length);
    const cut = argument(args, 1, 'killwords') || space < 0 ? length : space;
    return text.slice(0, cut) + textOf(argument(args, 2, 'end') ?? '...');
  },
  upper: (value) => asText(value, 'upper').toUpperCase(),
  urlencode: (value) => {
    if (typeof value === 'string') return encodeURIComponent(value);
    const pairs = Array.isArray(value)
      ? (value as readonly (readonly Value[])[])
      : isRecord(value)
        ? Object.entries(value)
        : [];
    return pairs
      .map((pair) => `${encodeURIComponent(textOf(pair[0]))}=${encodeURIComponent(textOf(pair[1]))}`)
      .join('&');
  },
  wordcount: (value) => asText(value, 'wordcount').match(/\w+/g)?.length ?? null,
};

const orEmptyText = (value: Value): Value => (value === undefined || value === null ? '' : textOf(value));

function replaceText(value: Value, args: FilterArguments): Value {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = String(value);
  const from = plainText(argument(args, 0));
  const to = textOf(argument(args, 1));
  const most = Number(argument(args, 2) ?? -1);
  const pieces = from === '' ? ['', ...text, ''] : text.split(from);
  if (pieces.length * to.length > maxText)
    throw new ValueError('The text would become longer than ten million characters.');
  if (most < 0 || from === '' || pieces.length - 1 <= most) return pieces.join(to);
  return [pieces.slice(0, most + 1).join(to), ...pieces.slice(most + 1)].join(from);
}
