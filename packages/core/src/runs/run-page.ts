// One run's record in words and tables: what it was given, what it found, where it came from, what was said of it later.
import type { Block, Cell } from '../formats/report.ts';
import type { Metric, Operation, Run } from '../formats/run.ts';
import { canonicalJson } from '../formats/canonical.ts';
import { digestWords, intervalWords, none, numberWords, paramWords, signedWords } from './words.ts';

export function runBlocks(run: Run, operations: readonly Operation[]): readonly Block[] {
  const { params, metrics, tags = {}, artifacts = [], inputs, environment = {} } = run;
  return [
    factsTable(run),
    ...metricBlocks(metrics),
    ...pairBlocks(
      'Parameters',
      Object.entries(params).map(([name, value]) => [name, paramWords(value)]),
    ),
    ...pairBlocks('Tags', Object.entries(tags)),
    ...tableBlocks(
      'Inputs',
      ['role', 'path', 'digest', 'bytes'],
      inputs.map(({ role, path, digest, bytes }) => [
        role,
        path ?? none,
        digestWords(digest),
        bytes === undefined ? none : numberWords(bytes),
      ]),
    ),
    ...tableBlocks(
      'Artifacts',
      ['name', 'digest', 'bytes', 'where', 'until'],
      artifacts.map(({ name, digest, bytes, uri, expiresAt }) => [
        name,
        digestWords(digest),
        bytes === undefined ? none : numberWords(bytes),
        uri ?? none,
        expiresAt ?? none,
      ]),
    ),
    ...pairBlocks('Environment', Object.entries(environment)),
    ...pairBlocks(
      'Results',
      Object.entries(run.results).map(([file, digest]) => [file, digestWords(digest)]),
    ),
    ...tableBlocks(
      'Said later',
      ['when', 'kind', 'by', 'what'],
      operations.map((operation) => [
        operation.at.slice(0, 16).replace('T', ' '),
        operation.kind,
        operation.actor ?? none,
        saidOf(operation),
      ]),
    ),
  ];
}

/** For a run that no report was kept of. */
export const runTitle = ({ kind, name, headline }: Run): string =>
  headline === undefined ? `${kind} ${name}` : `${kind} ${name}: ${headline}`;

function factsTable(run: Run): Block {
  const { origin, baseline, subject } = run;
  const facts: [string, Cell | undefined][] = [
    ['verdict', run.verdict === undefined ? undefined : { verdict: run.verdict }],
    ['status', run.status],
    ['started', run.startedAt],
    ['ended', run.endedAt],
    ['commit', origin.commit === undefined ? undefined : `${origin.commit}${origin.dirty === true ? ' (dirty)' : ''}`],
    ['branch', origin.branch],
    ['repository', origin.repository],
    ['pull request', origin.pullRequest === undefined ? undefined : `#${origin.pullRequest}`],
    ['by', origin.actor],
    ['link', origin.url],
    ['trust', origin.trust === 'fork' ? 'fork: shown, never a baseline' : undefined],
    ['subject', subject === undefined ? undefined : subjectWords(subject)],
    ['baseline', baseline === undefined ? undefined : baselineWords(baseline)],
    ['attempt', run.producer === undefined ? undefined : String(run.producer.attempt)],
    ['cost', run.costUsd === undefined ? undefined : `$${numberWords(run.costUsd)}`],
  ];
  return {
    type: 'table',
    columns: [{ title: 'run' }, { title: run.id }],
    rows: facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  };
}

const subjectWords = ({ name, version, digest }: NonNullable<Run['subject']>): string =>
  `${name}${version === undefined ? '' : `@${version}`} ${digestWords(digest)}`;

const baselineWords = ({ source, name, version, commit, substituted }: NonNullable<Run['baseline']>): string =>
  [
    source,
    ...(name === undefined ? [] : [version === undefined ? name : `${name}@${version}`]),
    ...(commit === undefined ? [] : [commit.slice(0, 7)]),
    ...(substituted === undefined ? [] : [`(${substituted})`]),
  ].join(' ');

function metricBlocks(metrics: Readonly<Record<string, Metric>>): readonly Block[] {
  const rows = Object.entries(metrics).map(([name, metric]): Cell[] => {
    const { value, unit, n, interval, level, baseline, difference, verdict } = metric;
    const ofDifference = difference !== undefined && difference !== null;
    const interval_ = interval === undefined ? none : intervalWords(interval, level);
    return [
      unit === undefined ? name : `${name} (${unit})`,
      numberWords(value),
      ofDifference ? none : interval_,
      n === undefined ? none : numberWords(n),
      numberWords(baseline),
      ofDifference ? `${signedWords(difference)}${interval === undefined ? '' : ` (${interval_})`}` : none,
      verdict === undefined ? none : { verdict },
    ];
  });
  const titles = ['metric', 'value', 'interval', 'n', 'baseline', 'difference', 'verdict'];
  const right = new Set(['value', 'n', 'baseline']);
  // A column that says nothing of any metric is left out.
  const kept = titles.map((_, index) => index < 2 || rows.some((row) => row[index] !== none));
  return rows.length === 0
    ? []
    : [
        { type: 'heading', text: 'Metrics' },
        {
          type: 'table',
          columns: titles
            .filter((_, index) => kept[index])
            .map((title) => ({ title, ...(right.has(title) && { align: 'right' as const }) })),
          rows: rows.map((row) => row.filter((_, index) => kept[index])),
        },
      ];
}

const pairBlocks = (heading: string, rows: readonly (readonly [string, string])[]): readonly Block[] =>
  tableBlocks(heading, ['name', 'value'], rows);

const tableBlocks = (
  heading: string,
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
): readonly Block[] =>
  rows.length === 0
    ? []
    : [
        { type: 'heading', text: heading },
        { type: 'table', columns: titles.map((title) => ({ title })), rows },
      ];

/** A note's text; of other operations what they hold. */
function saidOf({ data }: Operation): string {
  const [text] = [data['text'], data['note'], data['reason']].filter((value) => typeof value === 'string');
  return text ?? (Object.keys(data).length === 0 ? none : canonicalJson(data));
}
