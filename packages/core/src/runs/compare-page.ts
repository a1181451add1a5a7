// A comparison in words and tables: what changed first, then what stayed. Blocks, so that every renderer can show it.
import { counted } from '../dataset/plain-words.ts';
import type { Block, Cell } from '../formats/report.ts';
import type { CaseComparison, CaseFlip } from './compare-cases.ts';
import type { ComparedInput, ComparedMetric, ComparedValue, RunComparison } from './compare-runs.ts';
import type { MetricDifference } from './metric-difference.ts';
import {
  digestWords,
  intervalWords,
  metricWords,
  none,
  paramWords,
  shortId,
  signedWords,
  startedWords,
} from './words.ts';

const shownFlips = 10;
const shownText = 400;
const shortText = 30;
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const comparisonTitle = ({ runs }: RunComparison): string =>
  `${runs.length} runs compared: ${[...new Set(runs.map(({ kind, name }) => `${kind} ${name}`))].join(', ')}`;

export function comparisonBlocks(comparison: RunComparison): readonly Block[] {
  const { problems, metrics, params, tags, inputs, artifacts, environment, codeDiffs } = comparison;
  const labels = comparison.runs.map((_, index) => label(index));
  return [
    runsTable(comparison),
    ...problems.map(({ message }): Block => ({ type: 'text', text: [{ text: 'Note: ', style: 'strong' }, message] })),
    ...metricBlocks(metrics, labels),
    ...comparison.cases.flatMap((cases, index) =>
      cases === null ? [] : caseBlocks(cases, `${labels[0]} → ${labels[index + 1]}`),
    ),
    ...valueBlocks('Parameters', params, labels),
    ...inputBlocks('Inputs', inputs, labels),
    ...inputBlocks('Artifacts', artifacts, labels),
    ...valueBlocks('Environment', environment, labels),
    ...valueBlocks('Tags', tags, labels),
    ...codeBlocks(codeDiffs, comparison),
  ];
}

/** Runs are called A, B, C …; the 27th is run 27. */
export const label = (index: number): string => letters[index] ?? `run ${index + 1}`;

function runsTable({ runs }: RunComparison): Block {
  return {
    type: 'table',
    columns: ['', 'run', 'started', 'kind', 'name', 'verdict', 'commit', 'branch'].map((title) => ({ title })),
    rows: runs.map((run, index): Cell[] => [
      [{ text: label(index), style: 'strong' }],
      shortId(run.id),
      startedWords(run),
      run.kind,
      run.name,
      run.verdict === undefined ? none : { verdict: run.verdict },
      run.commit === undefined ? none : `${run.commit.slice(0, 7)}${run.dirty === true ? ' (dirty)' : ''}`,
      run.branch ?? none,
    ]),
  };
}

function metricBlocks(metrics: readonly ComparedMetric[], labels: readonly string[]): readonly Block[] {
  if (metrics.length === 0) return [];
  const later = labels.slice(1);
  const rows = metrics.map((metric): Cell[] => [
    metric.unit === undefined ? metric.name : `${metric.name} (${metric.unit})`,
    ...metric.values.map((value) => (value === null ? none : metricWords(value))),
    ...metric.differences.map((difference) => differenceCell(difference)),
  ]);
  const bases = new Set(metrics.flatMap(({ differences }) => differences.map((one) => one?.basis)));
  return [
    { type: 'heading', text: 'Metrics' },
    {
      type: 'table',
      columns: [
        { title: 'metric' },
        ...labels.map((title) => ({ title, align: 'right' as const })),
        ...later.map((title) => ({ title: `${title} − ${labels[0]}` })),
      ],
      rows,
    },
    ...(bases.has('unpaired') || bases.has('values') ? [{ type: 'text' as const, text: basisWords(bases) }] : []),
  ];
}

function differenceCell(found: MetricDifference | null): Cell {
  if (found === null) return none;
  const { difference, interval, level, basis, n, change } = found;
  const rest = [
    ...(interval === undefined ? [] : [`(${intervalWords(interval, level)})`]),
    ...(basis === 'paired' ? [`on ${counted(n ?? 0, 'pair')}`] : basis === 'unpaired' ? ['unpaired'] : []),
  ].join(' ');
  if (change !== undefined) return [`${signedWords(difference)} `, { text: change, style: 'strong' }, ` ${rest}`];
  return rest === '' ? signedWords(difference) : `${signedWords(difference)} ${rest}`;
}

const basisWords = (bases: ReadonlySet<string | undefined>): string =>
  [
    ...(bases.has('unpaired') ? ["Unpaired: from both runs' own intervals, as if they had seen different cases."] : []),
    ...(bases.has('values')
      ? ['A difference without an interval is the difference of two values: its uncertainty is not known.']
      : []),
  ].join(' ');

function caseBlocks(cases: CaseComparison, between: string): readonly Block[] {
  const { noun, pairs, newlyWrong, newlyRight } = cases;
  const [worse, better] = wordsOf(noun);
  const rest = [
    ...(cases.shifted > 0 ? [`${cases.shifted} moved without changing sides`] : []),
    ...(cases.unjudged > 0 ? [`${cases.unjudged} not judged in one of them`] : []),
    ...(cases.altered > 0 ? [`${cases.altered} with another expected answer`] : []),
    ...(cases.onlyFirst > 0 ? [`${cases.onlyFirst} only in the first`] : []),
    ...(cases.onlyLater > 0 ? [`${cases.onlyLater} only in the later`] : []),
  ];
  const head =
    pairs === 0
      ? `No ${noun} is in both runs: nothing can be paired.`
      : `Of ${counted(pairs, noun)} in both, ${newlyWrong.length} ${worse}, ${newlyRight.length} ${better}.`;
  return [
    { type: 'heading', text: `${title(noun)}s, ${between}` },
    { type: 'text', text: rest.length === 0 ? head : `${head} Besides: ${rest.join(', ')}.` },
    ...flipBlocks(`${newlyWrong.length} ${worse}`, newlyWrong),
    ...flipBlocks(`${newlyRight.length} ${better}`, newlyRight),
  ];
}

const wordsOf = (noun: string): readonly [string, string] => {
  if (noun === 'expectation') return ['newly failing', 'newly met'];
  return noun === 'column' ? ['newly drifted', 'no longer drifted'] : ['newly wrong', 'newly right'];
};

function flipBlocks(summary: string, flips: readonly CaseFlip[]): readonly Block[] {
  if (flips.length === 0) return [];
  const shown = flips.slice(0, shownFlips);
  const more = flips.length - shown.length;
  const rest: readonly Block[] = more > 0 ? [{ type: 'text', text: `and ${more} more; --json lists them all.` }] : [];
  return [{ type: 'details', summary, blocks: [...flipsBlock(shown), ...rest] }];
}

/** A table where all is short. */
export const flipsBlock = (flips: readonly CaseFlip[]): readonly Block[] =>
  flips.every(isShort) ? [flipTable(flips)] : flips.map(flipChange);

/** Classes and verdicts fit a table; answers of a model want room. */
const isShort = ({ expected = '', before = '', after = '' }: CaseFlip): boolean =>
  [expected, before, after].every((text) => text.length <= shortText && !text.includes('\n'));

const flipTable = (flips: readonly CaseFlip[]): Block => {
  const expected = flips.some((flip) => flip.expected !== undefined);
  return {
    type: 'table',
    columns: ['', ...(expected ? ['expected'] : []), 'before', 'after'].map((title) => ({ title })),
    rows: flips.map((flip) => [
      flip.id,
      ...(expected ? [flip.expected ?? none] : []),
      flip.before ?? none,
      flip.after ?? none,
    ]),
  };
};

const flipChange = (flip: CaseFlip): Block => ({
  type: 'change',
  title: flip.id,
  ...(flip.expected !== undefined && { expected: cut(flip.expected) }),
  before: cut(flip.before ?? none),
  after: cut(flip.after ?? none),
});

function valueBlocks(heading: string, values: readonly ComparedValue[], labels: readonly string[]): readonly Block[] {
  const changed = values.filter((value) => value.changed);
  if (values.length === 0) return [];
  return [
    { type: 'heading', text: heading },
    ...(changed.length === 0
      ? []
      : [
          {
            type: 'table' as const,
            columns: [{ title: 'changed' }, ...labels.map((title) => ({ title }))],
            rows: changed.map(({ name, values }) => [name, ...values.map(paramWords)]),
          },
        ]),
    ...sameBlocks(
      values.filter((value) => !value.changed).map(({ name, values }) => `${name} = ${paramWords(values[0])}`),
    ),
  ];
}

function inputBlocks(heading: string, inputs: readonly ComparedInput[], labels: readonly string[]): readonly Block[] {
  if (inputs.length === 0) return [];
  const nameOf = ({ role, path }: ComparedInput): string => (path === undefined ? role : `${role} ${path}`);
  const changed = inputs.filter(({ state }) => state !== 'same');
  return [
    { type: 'heading', text: heading },
    ...(changed.length === 0
      ? []
      : [
          {
            type: 'table' as const,
            columns: [{ title: 'file' }, { title: 'state' }, ...labels.map((title) => ({ title }))],
            rows: changed.map((input) => [nameOf(input), stateWords(input, labels), ...input.digests.map(digestWords)]),
          },
        ]),
    ...sameBlocks(inputs.filter(({ state }) => state === 'same').map(nameOf)),
  ];
}

function stateWords({ state, digests }: ComparedInput, labels: readonly string[]): string {
  if (state === 'changed') return 'changed';
  return `only in ${labels.filter((_, index) => digests[index] !== null).join(', ')}`;
}

const sameBlocks = (same: readonly string[]): readonly Block[] =>
  same.length === 0 ? [] : [{ type: 'text', text: [{ text: 'Same: ', style: 'muted' }, same.join(', ')] }];

function codeBlocks(diffs: readonly (string | null)[], { runs }: RunComparison): readonly Block[] {
  const commands = [...new Set(diffs.filter((diff) => diff !== null))];
  if (commands.length > 0)
    return [
      { type: 'heading', text: 'Code' },
      { type: 'code', text: commands.join('\n'), language: 'sh' },
    ];
  const commits = new Set(runs.map(({ commit }) => commit));
  const [only] = commits;
  if (commits.size !== 1 || only === undefined) return [];
  return [
    { type: 'heading', text: 'Code' },
    { type: 'text', text: `The same commit, ${only.slice(0, 7)}.` },
  ];
}

const cut = (text: string): string => (text.length > shownText ? `${text.slice(0, shownText)}…` : text);
const title = (noun: string): string => noun.replace(/^./, (first) => first.toUpperCase());
