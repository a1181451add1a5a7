// Names of cases that stay the same from run to run: what pairs a case with its own past. A name that is given wins, then
// a description that no other case has; else the name is made of what the case is, never of where it stands.
import { canonicalJson } from '../formats/canonical.ts';
import { firstFew } from '../formats/problem.ts';
import { fieldText, type Fields, type Reading } from './reading.ts';

export interface Nameable {
  /** Given by the author. */
  readonly explicit?: string;
  readonly description?: string;
  /** What the case is, when it has no name. */
  readonly content: unknown;
  /** What tells the cases of one test apart. */
  readonly variant?: unknown;
}

export function nameCases(cases: readonly Nameable[]): readonly string[] {
  const digestOf = rememberingDigests();
  const counts = new Map<string, number>();
  // The cases of one test share its description: they count once.
  const tests = new Set<string>();
  for (const { description, content } of cases) {
    const name = written(description);
    if (name === undefined) continue;
    const key = `${name}\n${digestOf(content)}`;
    if (!tests.has(key)) counts.set(name, (counts.get(name) ?? 0) + 1);
    tests.add(key);
  }
  const used = new Map<string, number>();
  return cases.map(({ explicit, description, content, variant }) => {
    const name = written(description);
    const base = explicit ?? (name !== undefined && counts.get(name) === 1 ? name : digestOf(content));
    const whole = variant === undefined ? base : `${base} ~${textDigest(canonicalJson(variant)).slice(0, 8)}`;
    const earlier = used.get(whole) ?? 0;
    used.set(whole, earlier + 1);
    return earlier === 0 ? whole : `${whole} #${earlier + 1}`;
  });
}

export interface NamedRow {
  readonly id: string;
  readonly row: Fields;
}

/**
 * Rows by the field that names them. A field that is asked for must be there and be unique; `id` is used as soon as one
 * row has it, and rows without names get their positions.
 */
export function namedByField(
  reading: Reading,
  rows: readonly Fields[],
  { id, file }: { readonly id?: string; readonly file: string },
): readonly NamedRow[] {
  const field = id ?? 'id';
  if (id === undefined && !rows.some((row) => fieldText(row, field) !== undefined))
    return rows.map((row, index) => ({ id: `#${index + 1}`, row }));
  const ids = rows.map((row) => fieldText(row, field) ?? '');
  const nameless = ids.flatMap((name, index) => (name === '' ? [`#${index + 1}`] : []));
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of ids) {
    if (name !== '' && seen.has(name)) twice.add(name);
    seen.add(name);
  }
  if (nameless.length > 0)
    reading.say({
      code: 'CASE_ID_MISSING',
      message: `${nameless.length} of ${rows.length} cases have no "${field}": ${firstFew(nameless)}.`,
      hint: 'Name every case: pairs are made by name.',
      place: { file },
    });
  if (twice.size > 0)
    reading.say({
      code: 'CASE_ID_DUPLICATE',
      message: `More than one case has the "${field}" ${firstFew([...twice].map((name) => `"${name}"`))}.`,
      hint: 'Give each case its own name.',
      place: { file },
    });
  return rows.map((row, index) => ({ id: ids[index] ?? '', row }));
}

/** The cases of one test follow each other and are of the same content, which may be long: it is read once. */
function rememberingDigests(): (content: unknown) => string {
  let last: unknown;
  let digest = '';
  return (content) => {
    if (digest === '' || last !== content) digest = textDigest(canonicalJson(content));
    last = content;
    return digest;
  };
}

/** `Row #3` says where a case stands, not what it is. */
const written = (description: string | undefined): string | undefined =>
  description === undefined || /^(?:Row #\d+)?$/.test(description.trim()) ? undefined : description.trim();

/**
 * Sixteen hexadecimal digits of a text. Two independent 32-bit FNV-1a hashes: a name, no seal; it need not withstand
 * anybody who looks for a second text.
 */
export function textDigest(text: string): string {
  const { read, written: used } = encoder.encodeInto(text, bytes);
  // A byte for every unit, and none left out: all of them are ASCII.
  if (read === text.length && used === read) return digestOfAscii(used);
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ (unit & 0xff), prime);
    first = Math.imul(first ^ (unit >>> 8), prime);
    second = Math.imul(second ^ unit, 0x85ebca6b);
    second ^= second >>> 13;
  }
  return digits(first, second);
}

const prime = 0x01000193;
const encoder = new TextEncoder();
const bytes = new Uint8Array(1 << 14);

/** The same of a text without high bytes, of which all cases are read: bytes are quicker to get at than characters. */
function digestOfAscii(length: number): string {
  // What a high byte of 0 leaves of its step.
  const twice = Math.imul(prime, prime);
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (let index = 0; index < length; index++) {
    const unit = bytes[index] as number;
    first = Math.imul(first ^ unit, twice);
    second = Math.imul(second ^ unit, 0x85ebca6b);
    second ^= second >>> 13;
  }
  return digits(first, second);
}

/** Joined, which makes one text: `+` would keep the two halves beside it. */
const digits = (first: number, second: number): string => [hexOf(first), hexOf(second)].join('');

const hexOf = (half: number): string => (half >>> 0).toString(16).padStart(8, '0');
