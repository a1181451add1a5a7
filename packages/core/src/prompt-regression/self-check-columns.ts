// One side against itself, by what is recorded: the baseline's columns, or the candidate's without one, each by itself.
import type { Outcome } from '../formats/outcome.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Block, Report } from '../formats/report.ts';
import { worstVerdict } from '../formats/verdict.ts';
import type { Column } from './columns.ts';
import { openProviders } from './open-provider.ts';
import type { ProviderFactory, ProviderSettings } from './provider-settings.ts';
import { plannedRequests, prepareSides, type SidesToRun } from './run-sides.ts';
import { selfCheckOutcome } from './self-check-report.ts';

/** With several columns the worst of them is the suite's verdict. */
export async function checkColumns(
  sides: SidesToRun,
  settings: ProviderSettings,
  openProvider: ProviderFactory,
): Promise<Outcome> {
  const { suite, columns } = sides;
  await sides.opened.close();
  const after = columns.slice(0, suite.side.columns.length);
  const before = columns.slice(suite.side.columns.length);
  const own = before.length > 0 ? before : after;
  const checked: { readonly label: string; readonly outcome: Outcome }[] = [];
  for (const column of own) {
    const outcome = await checkColumn(column, sides, { settings, openProvider, isOld: before.length > 0 });
    checked.push({ label: column.label, outcome });
  }
  const [only, other] = checked;
  return only !== undefined && other === undefined ? only.outcome : together(suite.suite.name, checked);
}

interface Replay {
  readonly settings: ProviderSettings;
  readonly openProvider: ProviderFactory;
  readonly isOld: boolean;
}

async function checkColumn(column: Column, sides: SidesToRun, replay: Replay): Promise<Outcome> {
  const { inputs, suite } = sides;
  const opened = await openProviders({ ...replay.settings, record: 'none' }, [column], replay.openProvider);
  if (opened.value === undefined)
    return {
      ...report(suite.suite.name, { headline: 'the recordings cannot be read', problems: opened.problems }),
      usage: true,
    };
  const one = { ...sides, columns: [column], opened: opened.value, watcher: undefined };
  const prepared = prepareSides(one);
  const requests = await plannedRequests(one, prepared);
  const side = replay.isOld ? 'baseline' : 'candidate';
  const outcome = await selfCheckOutcome({ suite, inputs, evaluation: prepared.evaluation, requests, side });
  await opened.value.close();
  return outcome;
}

/** A table with a line for each column; what each says in full is folded below. */
function together(name: string, checked: readonly { readonly label: string; readonly outcome: Outcome }[]): Outcome {
  const verdict = worstVerdict(checked.map(({ outcome }) => outcome.report.verdict));
  const worst = checked.find(({ outcome }) => outcome.report.verdict === verdict);
  const rows = checked.map(({ label, outcome }) => [label, outcome.report.verdict, outcome.report.headline]);
  const blocks: Block[] = [
    { type: 'table', columns: [{ title: 'column' }, { title: 'verdict' }, { title: 'self-check' }], rows },
    ...checked.map(({ label, outcome }): Block => ({ type: 'details', summary: label, blocks: outcome.report.blocks })),
  ];
  const told = report(name, {
    verdict,
    headline: `of ${checked.length} columns, ${worst?.label ?? ''}: ${worst?.outcome.report.headline ?? ''}`,
    n: worst?.outcome.report.n ?? null,
    blocks,
    problems: checked.flatMap(({ outcome }) => outcome.report.problems as readonly Problem[]),
  });
  const files = checked.flatMap(({ outcome }, index) => {
    const text = outcome.results['self-check.json'];
    return text === undefined ? [] : [[`self-check-${index + 1}.json`, text] as const];
  });
  return { ...told, results: { ...told.results, ...Object.fromEntries(files) } };
}

interface Said {
  readonly verdict?: Report['verdict'];
  readonly headline: string;
  readonly n?: number | null;
  readonly blocks?: readonly Block[];
  readonly problems: readonly Problem[];
}

function report(name: string, { verdict = 'error', headline, n = null, blocks = [], problems }: Said): Outcome {
  const value: Report = {
    schema: reportSchema,
    kind: 'prompt-regression',
    name,
    verdict,
    headline,
    comparison: 'not judged',
    n,
    blocks: [...blocks],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: {},
  };
  return { report: value, results: { 'report.json': `${JSON.stringify(value)}\n` }, usage: false };
}
