// The gate's report: verdict in words, metrics, worst slices, flipped rows, and in the HTML the charts.
import type { Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Block, Cell, Finding, Report } from '../formats/report.ts';
import { intervalsChart } from './charts.ts';
import type { MetricJudgement } from './decide.ts';
import { rareValues, sliceBlocks } from './details.ts';
import { comparisonOf, errorHeadline, headlineOf } from './headline.ts';
import { lookBlocks } from './looks.ts';
import { powerBlocks } from './power-words.ts';
import type { GateFooter, GateStory } from './story.ts';
import type { Measured } from './task.ts';
import {
  aboutText,
  clipped,
  countText,
  decidedText,
  demandText,
  differenceText,
  differenceWithInterval,
  intervalText,
  sideText,
  valueText,
  valueWithUnit,
} from './words.ts';

export function gateReport(story: GateStory): Report {
  const { policy, judgement, evidence } = story;
  return {
    schema: reportSchema,
    kind: 'eval-gate',
    name: policy.name,
    verdict: judgement.verdict,
    ...(policy.advisory && { advisory: true }),
    headline: headlineOf(story),
    comparison: comparisonOf(story),
    n: evidence.rows,
    blocks: [
      metricTable(story),
      ...reasonBlocks(story),
      ...lookBlocks(story.look),
      ...powerBlocks(story),
      ...sliceBlocks(story),
      ...(story.beside ?? []),
      ...evidence.examples(story.against),
      pictures(story),
      smallPrint(story),
    ],
    findings: findingsOf(story),
    problems: story.problems.map((problem) => ({ ...problem })),
    footer: { ...story.footer },
  };
}

/** A report for what could not be judged at all. */
export function errorReport(
  name: string,
  problems: readonly Problem[],
  more: { advisory?: boolean; footer?: Partial<GateFooter> } = {},
): Report {
  return {
    schema: reportSchema,
    kind: 'eval-gate',
    name,
    verdict: 'error',
    ...(more.advisory === true && { advisory: true }),
    headline: errorHeadline(problems),
    comparison: 'could not be judged',
    n: null,
    blocks: [],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: { ...more.footer },
  };
}

function metricTable({ judgement, evidence, against }: GateStory): Block {
  const { compared } = evidence;
  const titles = compared
    ? ['metric', against, 'candidate', 'difference (95 % CI)', 'margin', 'verdict']
    : ['metric', 'candidate', 'bounds', 'verdict'];
  return {
    type: 'table',
    columns: titles.map((title, index) => ({ title, align: index === 0 || title === 'verdict' ? 'left' : 'right' })),
    rows: judgement.metrics.map((metric): Cell[] => {
      const title: Cell =
        metric.asked.role === 'key' ? [{ text: metric.traits.title, style: 'strong' }] : metric.traits.title;
      const verdict: Cell =
        metric.verdict === undefined ? [{ text: 'shown', style: 'muted' }] : { verdict: metric.verdict };
      const { asked } = metric;
      const value = (measured: Measured | undefined): string => valueWithUnit(metric.traits, measured?.value);
      if (!compared) return [title, value(metric.candidate), boundsText(metric), verdict];
      return [
        title,
        value(metric.baseline),
        value(metric.candidate),
        differenceCell(metric),
        asked.role === 'guard' ? boundsText(metric) : demandText(metric.traits, asked),
        verdict,
      ];
    }),
  };
}

function differenceCell(metric: MetricJudgement): string {
  const { traits, difference } = metric;
  return difference === undefined
    ? '–'
    : `${differenceText(traits, difference.difference)} (${intervalText(traits, difference.shown)})`;
}

function boundsText({ demand, asked: { minimum, maximum } }: MetricJudgement): string {
  if (demand !== undefined) return demand;
  const parts = [
    minimum === undefined ? '' : `≥ ${boundText(minimum)}`,
    maximum === undefined ? '' : `≤ ${boundText(maximum)}`,
  ].filter(Boolean);
  return parts.length === 0 ? '–' : parts.join(', ');
}

/** As the policy says it; large ones with their thousands apart. */
const boundText = (bound: number): string => (Number.isInteger(bound) && bound >= 0 ? countText(bound) : String(bound));

function reasonBlocks({ judgement, evidence: { unit = 'rows' } }: GateStory): Block[] {
  const lines = [
    ...judgement.reasons.map((reason) => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`),
    ...judgement.metrics.flatMap((metric) => {
      const title = metric.traits.title;
      const needed =
        metric.rowsNeeded === undefined
          ? []
          : [
              metric.rowsNeeded === null
                ? `${title}: no number of ${unit} would settle this difference.`
                : `${title}: about ${aboutText(metric.rowsNeeded)} ${unit} would settle it.`,
            ];
      const said =
        metric.reason === undefined || judgement.reasons.includes(metric.reason) ? [] : [`${title}: ${metric.reason}.`];
      return [...said, ...needed];
    }),
  ];
  return [...new Set(lines)].map((text) => ({ type: 'text', text }));
}

function pictures({ judgement, evidence, against }: GateStory): Block {
  const intervals = intervalsChart(judgement.metrics);
  const blocks = [...(intervals === undefined ? [] : [intervals]), ...evidence.pictures(against)];
  return { type: 'details', summary: 'Charts and confusion', comment: false, blocks };
}

function smallPrint(story: GateStory): Block {
  const { judgement } = story;
  const methods = new Map<string, string[]>();
  for (const { traits, difference } of judgement.metrics) {
    if (difference !== undefined)
      methods.set(difference.method, [...(methods.get(difference.method) ?? []), traits.title]);
  }
  const lines = [
    ...[...methods].map(([method, names]) => `${names.join(', ')}: ${method}.`),
    decidedText(judgement.alpha),
    ...rareValues(story),
    ...story.smallPrint,
  ];
  return {
    type: 'details',
    summary: 'How this was judged',
    comment: false,
    blocks: lines.map((text) => ({ type: 'text', text: [{ text, style: 'muted' }] })),
  };
}

function findingsOf(story: GateStory): Finding[] {
  const { judgement, place } = story;
  const failed = judgement.metrics
    .filter(({ verdict }) => verdict === 'fail')
    .map((metric) => findingOf(metric, story));
  if (judgement.verdict !== 'fail' || failed.length > 0) return failed;
  return [
    {
      severity: 'error',
      title: 'Gate failed',
      message: `${judgement.reasons.join('; ')}.`,
      ...place('max-slices-worse'),
    },
  ];
}

function findingOf(metric: MetricJudgement, { place, against }: GateStory): Finding {
  const title = metric.traits.title;
  const message =
    metric.reason === undefined && metric.difference !== undefined
      ? `${title} is worse than in ${sideText(against)}: ${differenceWithInterval(metric.traits, metric.difference)}.`
      : `${title} ${valueText(metric.candidate.value)} is ${metric.reason ?? 'out of bounds'}.`;
  return { severity: 'error', title: `Gate failed: ${clipped(title, 80)}`, message, ...place(metric.name) };
}
