// The gate's report: verdict in words, metrics, worst slices, flipped rows, and in the HTML the charts.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema, type Block, type Cell, type Finding, type Report } from '../formats/report.ts';
import { confusionBlock, intervalsChart, reliabilityChart, rocChart } from './charts.ts';
import type { MetricJudgement } from './decide.ts';
import { flipBlocks, sliceBlocks } from './details.ts';
import { metricTraits } from './metrics.ts';
import { comparisonOf, headlineOf } from './headline.ts';
import type { GateFooter, GateStory } from './story.ts';
import { aboutText, differenceText, differenceWithInterval, intervalText, valueText, sideText } from './words.ts';

export function gateReport(story: GateStory): Report {
  const { policy, judgement, judged } = story;
  return {
    schema: reportSchema,
    kind: 'eval-gate',
    name: policy.name,
    verdict: judgement.verdict,
    ...(policy.advisory && { advisory: true }),
    headline: headlineOf(story),
    comparison: comparisonOf(story),
    n: judged.sample.ids.length,
    blocks: [
      metricTable(story),
      ...reasonBlocks(story),
      ...sliceBlocks(story),
      ...flipBlocks(story),
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
  const errors = problems.filter(({ severity }) => severity === 'error');
  const headline =
    errors.length === 1
      ? errors[0]!.message
      : `${errors.length} problems: ${errors[0]?.message ?? 'nothing could be judged'}`;
  return {
    schema: reportSchema,
    kind: 'eval-gate',
    name,
    verdict: 'error',
    ...(more.advisory === true && { advisory: true }),
    headline,
    comparison: 'could not be judged',
    n: null,
    blocks: [],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: { ...more.footer },
  };
}

function metricTable({ policy, judgement, judged }: GateStory): Block {
  const compared = judged.baseline !== undefined;
  const titles = compared
    ? ['metric', judged.against, 'candidate', 'difference (95 % CI)', 'margin', 'verdict']
    : ['metric', 'candidate', 'bounds', 'verdict'];
  return {
    type: 'table',
    columns: titles.map((title, index) => ({ title, align: index === 0 || title === 'verdict' ? 'left' : 'right' })),
    rows: judgement.metrics.map((metric): Cell[] => {
      const title: Cell =
        metric.role === 'key'
          ? [{ text: metricTraits[metric.name].title, style: 'strong' }]
          : metricTraits[metric.name].title;
      const verdict: Cell =
        metric.verdict === undefined ? [{ text: 'shown', style: 'muted' }] : { verdict: metric.verdict };
      const asked = policy.metrics[metric.name];
      if (!compared) return [title, valueText(metric.candidate.value), boundsText(policy, metric), verdict];
      return [
        title,
        valueText(metric.baseline?.value),
        valueText(metric.candidate.value),
        differenceCell(metric),
        asked === undefined ? boundsText(policy, metric) : differenceText(metric.name, asked.margin).replace('+', ''),
        verdict,
      ];
    }),
  };
}

function differenceCell(metric: MetricJudgement): string {
  const { name, difference } = metric;
  return difference === undefined
    ? '–'
    : `${differenceText(name, difference.difference)} (${intervalText(name, difference.shown)})`;
}

function boundsText(policy: GatePolicy, { name }: MetricJudgement): string {
  const { minimum, maximum } = { ...policy.guards[name], ...policy.metrics[name] };
  const parts = [minimum === undefined ? '' : `≥ ${minimum}`, maximum === undefined ? '' : `≤ ${maximum}`].filter(
    Boolean,
  );
  return parts.length === 0 ? '–' : parts.join(', ');
}

function reasonBlocks({ judgement }: GateStory): Block[] {
  const lines = [
    ...judgement.reasons.map((reason) => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`),
    ...judgement.metrics.flatMap((metric) => {
      const title = metricTraits[metric.name].title;
      const needed =
        metric.rowsNeeded === undefined
          ? []
          : [
              metric.rowsNeeded === null
                ? `${title}: no number of rows would settle this difference.`
                : `${title}: about ${aboutText(metric.rowsNeeded)} rows would settle it.`,
            ];
      const said =
        metric.reason === undefined || judgement.reasons.includes(metric.reason) ? [] : [`${title}: ${metric.reason}.`];
      return [...said, ...needed];
    }),
  ];
  return [...new Set(lines)].map((text) => ({ type: 'text', text }));
}

function pictures({ policy, judgement, judged }: GateStory): Block {
  const margins = new Map(Object.entries(policy.metrics).map(([name, asked]) => [name, asked?.margin ?? 0]));
  const confusion = confusionBlock(judged);
  const heading = judged.sample.positive === undefined ? 'Confusion' : `Confusion at threshold ${policy.threshold}`;
  const blocks = [
    intervalsChart(judgement.metrics, margins),
    reliabilityChart(judged),
    rocChart(judged),
    ...(confusion === undefined
      ? []
      : [
          {
            type: 'heading',
            text: `${heading}${judged.baseline === undefined ? '' : `, with the change from ${sideText(judged.against)}`}`,
          } as Block,
          confusion,
        ]),
  ].filter((block) => block !== undefined);
  return { type: 'details', summary: 'Charts and confusion', comment: false, blocks };
}

function smallPrint({ judgement, smallPrint }: GateStory): Block {
  const methods = new Map<string, string[]>();
  for (const { name, difference } of judgement.metrics) {
    if (difference !== undefined)
      methods.set(difference.method, [...(methods.get(difference.method) ?? []), metricTraits[name].title]);
  }
  const lines = [
    ...[...methods].map(([method, names]) => `${names.join(', ')}: ${method}.`),
    'Decided on two-sided 90 % intervals (5 % error on each side); the 95 % ones are shown. A fail must survive Holm over the key metrics, a worse slice Benjamini-Hochberg at 10 % over all slices.',
    ...smallPrint,
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

function findingOf(metric: MetricJudgement, { place, judged }: GateStory): Finding {
  const title = metricTraits[metric.name].title;
  const message =
    metric.reason === undefined && metric.difference !== undefined
      ? `${title} is worse than in ${sideText(judged.against)}: ${differenceWithInterval(metric.name, metric.difference)}.`
      : `${title} ${valueText(metric.candidate.value)} is ${metric.reason ?? 'out of bounds'}.`;
  return { severity: 'error', title: `Gate failed: ${title}`, message, ...place(metric.name) };
}
