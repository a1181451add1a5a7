// Where Pawl answers otherwise than promptfoo 0.123.1, on purpose. Each rule says for what, how, and why; a pair that
// differs and fits no rule fails the test, and so does a rule that nothing needs.
import type { Compared } from './promptfoo-peer.ts';

export interface Difference {
  readonly reason: string;
  readonly types: readonly string[];
  readonly applies: (pair: Compared) => boolean;
  /** `cannot-tell`: a failure with its reason instead of a score; `opposite`: the other verdict; `scored`: another score. */
  readonly ours: 'cannot-tell' | 'opposite' | 'scored';
}

const lists = ['contains-any', 'contains-all', 'icontains-any', 'icontains-all'];
const validCalls = ['is-valid-openai-tools-call', 'is-valid-openai-function-call', 'is-valid-function-call'];
const traces = ['trace-span-count', 'trace-span-duration', 'trace-error-spans'];

const isOneOf =
  (...values: readonly unknown[]) =>
  ({ row: { value } }: Compared): boolean =>
    values.some((one) => JSON.stringify(one) === JSON.stringify(value));

const isNoJson = ({ output }: Compared): boolean => output === 'text';

export const differences: readonly Difference[] = [
  {
    reason:
      'An empty list, or an empty text in it, is in every answer: promptfoo passes "contains-all: []" whatever was said.',
    types: lists,
    applies: isOneOf([], ['', 'fox'], ',,', ' ', '""'),
    ours: 'cannot-tell',
  },
  {
    reason: 'A pattern that is none judges no answer; promptfoo counts it against the answer, with "not-" too.',
    types: ['regex'],
    applies: isOneOf('[', '(?i)x'),
    ours: 'cannot-tell',
  },
  {
    reason: 'An empty text is no number; promptfoo reads it as 0 words.',
    types: ['word-count'],
    applies: isOneOf(''),
    ours: 'cannot-tell',
  },
  {
    reason:
      'A structured answer is judged by its text; promptfoo takes everything that is no text for a refusal, with score 0.',
    types: ['is-refusal'],
    applies: ({ output, negated }) => typeof output === 'object' && !negated,
    ours: 'scored',
  },
  {
    reason: 'The opposite of an unknown reason for stopping is unknown; promptfoo passes "not-finish-reason".',
    types: ['finish-reason'],
    applies: ({ negated, row }) => negated && (row.finishReason ?? '') === '',
    ours: 'cannot-tell',
  },
  {
    reason: 'A schema that is none is told whatever the answer is; promptfoo looks at it only when the answer is JSON.',
    types: ['is-json'],
    applies: (pair) =>
      isNoJson(pair) &&
      isOneOf(
        true,
        5,
        { typ: 'number' },
        { type: 'numbr' },
        { required: 'b' },
        { pattern: '[' },
        { $ref: '#/definitions/gone' },
        { $ref: 'https://example.com/schema.json' },
        { $ref: '#' },
        'just text',
        'a: [',
      )(pair),
    ours: 'cannot-tell',
  },
  {
    reason: 'The value false is no schema; promptfoo ignores it and asks for any JSON.',
    types: ['is-json'],
    applies: isOneOf(false),
    ours: 'cannot-tell',
  },
  {
    reason: 'A number names no elements; promptfoo ignores it and asks for any XML.',
    types: ['is-xml', 'contains-xml'],
    applies: isOneOf(5),
    ours: 'cannot-tell',
  },
  {
    reason: 'promptfoo ignores "not-" here: it passes a valid call that was to be none.',
    types: validCalls,
    applies: ({ negated, row }) => negated && row.tools !== undefined,
    ours: 'opposite',
  },
  {
    reason:
      'Without tools in the request no call can be checked; promptfoo counts it against the answer, with "not-" too.',
    types: validCalls,
    applies: ({ row }) => row.tools === undefined,
    ours: 'cannot-tell',
  },
  {
    reason: 'promptfoo ignores "not-" here.',
    types: traces,
    applies: ({ negated }) => negated,
    ours: 'opposite',
  },
  {
    reason: '2019-09 and 2020-12 are read; promptfoo knows draft 7 alone and refuses their keywords.',
    types: ['is-json'],
    applies: ({ row, theirs }) =>
      theirs === 'error' && /2020-12|prefixItems|dependentRequired/.test(JSON.stringify(row.value)),
    ours: 'scored',
  },
  {
    reason: 'Decimals are divided exactly; promptfoo divides binary fractions and finds 0.3 no multiple of 0.1.',
    types: ['is-json'],
    applies: isOneOf({ multipleOf: 0.1 }),
    ours: 'opposite',
  },
];
