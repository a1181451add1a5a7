// What promptfoo and Pawl are both asked: assertions by outputs, each plain and with `not-`.
import { schemaRows } from './promptfoo-cases-json.ts';
import { toolRows } from './promptfoo-cases-tools.ts';

export interface Row {
  readonly type: string;
  readonly value?: unknown;
  readonly threshold?: number;
  readonly outputs: readonly unknown[];
  readonly costUsd?: number;
  readonly latencyMs?: number;
  readonly finishReason?: string;
  readonly logProbs?: readonly number[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  readonly spans?: readonly Readonly<Record<string, unknown>>[];
}

const sentence = 'The quick brown fox jumps over the lazy dog.';
const texts = [
  '',
  ' ',
  'Paris',
  'paris is in France, "yes"',
  sentence,
  'Ünïcödé 漢字 👩‍🔬 ﬁ',
  'a\nb\tc',
  '{"a": 1, "b": [1, 2]}',
];

const textRows: readonly Row[] = [
  ...[
    'Paris',
    '',
    'paris is in France, "yes"',
    12,
    true,
    false,
    null,
    { a: 1, b: [1, 2] },
    { b: [1, 2], a: 1 },
    [1, 2],
    { a: 1 },
  ].map((value) => ({
    type: 'equals',
    value,
    outputs: [...texts, '12', 'true', 'false', 'null', '[1, 2]', { a: 1 }, 12, '{"a":-0}'],
  })),
  ...['contains', 'icontains'].flatMap((type) =>
    ['PARIS', 'Paris', 'a', 12, '漢字', 'ÜNÏ', '"yes"', '', true, null, ['a']].map((value) => ({
      type,
      value,
      outputs: [...texts, 'room 12'],
    })),
  ),
  ...['contains-any', 'contains-all', 'icontains-any', 'icontains-all'].flatMap((type) =>
    [
      'Paris,fox',
      ' paris , in ,',
      '"France, ""yes""", fox',
      '"a \\"quoted\\" part", fox',
      '"never ends',
      '"ends" and more, fox',
      ['Paris', 'fox'],
      ['QUICK', 'dog'],
      ['paris', 12, 'France'],
      [],
      ['', 'fox'],
      ',,',
      12,
      { a: 'fox' },
    ].map((value) => ({ type, value, outputs: [...texts, 'France, "yes"', 'a "quoted" part'] })),
  ),
  ...['Par', 'The quick', 'Ü', '', 12].map((value) => ({ type: 'starts-with', value, outputs: texts })),
  ...[
    '^The',
    'fox|dog',
    '\\d+',
    '[A-Z]{3}',
    '^$',
    '(?<year>\\d{4})',
    '[',
    '(?i)x',
    '^\\s*$',
    '\\bin\\b.*"yes"$',
    'a.b',
    '',
  ].map((value) => ({
    type: 'regex',
    value,
    outputs: [...texts, 'in 2024'],
  })),
  ...(
    [
      ['kitten', undefined],
      ['kitten', 3],
      ['kitten', 2],
      ['', 0],
      ['', 5],
      ['Ünïcödé 漢字', 6],
      ['👩‍🔬', 1],
      ['The quick brown fox jumped over a lazy dog', 8],
      ['kitten', 100],
      [5, 5],
    ] as const
  ).map(([value, threshold]) => ({
    type: 'levenshtein',
    value,
    ...(threshold !== undefined && { threshold }),
    outputs: ['sitting', 'kitten', '', 'mitten', 'kit', ...texts],
  })),
  ...[
    9,
    '9',
    0,
    { min: 2 },
    { max: 3 },
    { min: 2, max: 9 },
    { min: 9, max: 2 },
    {},
    'nine',
    '',
    null,
    undefined,
    [3],
  ].map((value) => ({
    type: 'word-count',
    value,
    outputs: [...texts, 'one\u00A0two three'],
  })),
];

const refusalRows: readonly Row[] = [
  {
    type: 'is-refusal',
    outputs: [
      ...texts,
      'I’m sorry, but I can’t help with that.',
      'Sorry',
      'sorrily yours',
      'As an AI language model I have no opinion.',
      'She worked as an aide.',
      'That would not be appropriate here.',
      'We cannot comply with it',
      "I won't provide it",
      'It is legal. It is not legalese.',
      'Of course! I cannotoverstate',
      'I want to be direct with you: yes.',
      { refusal: 'I cannot help' },
      undefined,
    ],
  },
];

const measureRows: readonly Row[] = [
  ...[0, 0.5, 0.01, undefined].flatMap((costUsd) =>
    [0, 0.01, 0.1, undefined].map((threshold) => ({
      type: 'cost',
      outputs: ['x'],
      ...(costUsd !== undefined && { costUsd }),
      ...(threshold !== undefined && { threshold }),
    })),
  ),
  ...[0, 999, 1000, undefined].flatMap((latencyMs) =>
    [0, 999, undefined].map((threshold) => ({
      type: 'latency',
      outputs: ['x'],
      ...(latencyMs !== undefined && { latencyMs }),
      ...(threshold !== undefined && { threshold }),
    })),
  ),
  ...['perplexity', 'perplexity-score'].flatMap((type) =>
    [[-0.1, -0.2, -3], [0], [-10], [], undefined].flatMap((logProbs) =>
      [undefined, 0.4, 0.5, 1, 2, 5].map((threshold) => ({
        type,
        outputs: ['x'],
        ...(logProbs !== undefined && { logProbs }),
        ...(threshold !== undefined && { threshold }),
      })),
    ),
  ),
  ...['stop', 'STOP', 'length', '', undefined].flatMap((finishReason) =>
    ['stop', 'Length', '', 5].map((value) => ({
      type: 'finish-reason',
      value,
      outputs: ['x'],
      ...(finishReason !== undefined && { finishReason }),
    })),
  ),
];

const overlapTexts = [
  ...texts,
  'the quick brown fox',
  'The the the the.',
  'dog lazy the over jumps fox brown quick the',
  'He said "stop it" and I\'ve gone... cannot, gonna!',
  "It's 3,000.50 (U.S.A.) -- 'tis ``fine''.",
  '... . ..',
  'one two three four five six',
];

const overlapRows: readonly Row[] = ['bleu', 'gleu', 'rouge-n'].flatMap((type) => [
  ...[
    sentence,
    'Ünïcödé 漢字',
    '',
    'He said "stop it" and I\'ve gone... cannot, gonna!',
    "It's 3,000.50 (U.S.A.) -- 'tis ``fine''.",
  ].map((value) => ({ type, value, outputs: overlapTexts })),
  ...[0, 0.3, 1].map((threshold) => ({ type, value: sentence, threshold, outputs: overlapTexts.slice(4) })),
  { type, value: [sentence, 'one two three four'], outputs: overlapTexts },
  { type, value: [], outputs: [sentence] },
  { type, value: 5, outputs: [sentence] },
]);

const similarityRows: readonly Row[] = ['similar', 'similar:cosine', 'similar:dot', 'similar:euclidean'].flatMap(
  (type) => [
    ...[0, 0.5, 0.75, 1, 3, undefined].map((threshold) => ({
      type,
      value: sentence,
      ...(threshold !== undefined && { threshold }),
      outputs: ['The quick brown cat', sentence, 'zzz'],
    })),
    { type, value: ['Paris', sentence, 'zzz'], outputs: ['Paris', 'zzzz', 'none of it'] },
    { type, value: ['Paris', sentence], threshold: 0.2, outputs: ['Paris', 'zzzz', 'none of it'] },
    { type, value: [], outputs: ['x'] },
    { type, value: 5, outputs: ['x'] },
  ],
);

export const rows: readonly Row[] = [
  ...textRows,
  ...refusalRows,
  ...measureRows,
  ...overlapRows,
  ...similarityRows,
  ...schemaRows,
  ...toolRows,
];
