// YAML as Hugging Face's tools read it: PyYAML's rules, which are neither YAML 1.1's nor 1.2's. `1e-3` is text there,
// `no` is false, and a date is a date; a card that we write must mean the same to them and to us.
import {
  Scalar,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  type ScalarTag,
  type SchemaOptions,
} from 'yaml';

/** A date as written: kept, and never turned into text by writing it back. */
class WrittenDate {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toJSON(): string {
    return this.text;
  }
}

/** The document as plain values, dates as they are written; undefined when aliases would exhaust memory, or name nothing. */
export function plainValue(document: Document): { readonly value: unknown } | undefined {
  try {
    const reviver = (_: unknown, value: unknown): unknown => (value instanceof WrittenDate ? value.text : value);
    return { value: document.toJS({ maxAliasCount: 100, reviver }) as unknown };
  } catch {
    return undefined;
  }
}

const sourceOf = ({ source, value }: Scalar): string => source ?? written(value);

const written = (value: unknown): string =>
  typeof value === 'number' ? numberText(value) : value === null ? 'null' : String(value);

/** Without an exponent: PyYAML takes `1e-7` for text. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf';
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', first = '', rest = '', exponent = '0'] = match;
  const digits = first + rest;
  const point = Number(exponent) + 1;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

const integer = (text: string): number => {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  if (digits.includes(':')) return sign * sexagesimal(digits);
  if (digits.startsWith('0b')) return sign * Number.parseInt(digits.slice(2), 2);
  if (digits.startsWith('0x')) return sign * Number.parseInt(digits.slice(2), 16);
  return sign * Number.parseInt(digits, /^0\d/.test(digits) ? 8 : 10);
};

const float = (text: string): number => {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  return sign * (digits.includes(':') ? sexagesimal(digits) : Number.parseFloat(digits));
};

const sexagesimal = (digits: string): number =>
  digits.split(':').reduce((total, part) => total * 60 + Number.parseFloat(part), 0);

const scalar = (
  tag: string,
  test: RegExp,
  resolve: (text: string) => unknown,
  identify: (value: unknown) => boolean,
): ScalarTag => ({
  tag: `tag:yaml.org,2002:${tag}`,
  default: true,
  test,
  resolve,
  identify,
  stringify: sourceOf,
});

const isInteger = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value);

/** The implicit resolvers of PyYAML's `resolver.py`, in its order. */
const implicit: readonly ScalarTag[] = [
  {
    ...scalar(
      'null',
      /^(?:~|null|Null|NULL|)$/,
      () => null,
      (value) => value === null,
    ),
    createNode: () => new Scalar(null),
  },
  scalar(
    'bool',
    /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
    (text) => /^(?:y|t|on$)/i.test(text),
    (value) => typeof value === 'boolean',
  ),
  scalar(
    'float',
    /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
    float,
    (value) => typeof value === 'number' && !isInteger(value),
  ),
  scalar(
    'int',
    /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
    integer,
    isInteger,
  ),
  scalar(
    'timestamp',
    /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
    (text) => new WrittenDate(text),
    (value) => value instanceof WrittenDate,
  ),
];

const replaced = new Set(['null', 'bool', 'float', 'int', 'timestamp'].map((tag) => `tag:yaml.org,2002:${tag}`));

export const huggingFaceYaml: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  schema: 'yaml-1.1',
  merge: true,
  prettyErrors: false,
  // PyYAML takes the last of two equal keys; a linter of ours says it, and reading goes on.
  uniqueKeys: false,
  customTags: (tags) => [...tags.filter((tag) => typeof tag === 'string' || !replaced.has(tag.tag)), ...implicit],
};
