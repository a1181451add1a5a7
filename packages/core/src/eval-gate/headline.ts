// The gate's verdict in one line.
import type { Problem } from '../formats/problem.ts';
import type { MetricJudgement } from './decide.ts';
import { headlineMetric } from './asked.ts';
import type { GateStory } from './story.ts';
import { aboutText, clipped, differenceWithInterval, moveText, sideText, valueText } from './words.ts';

type Told = Pick<GateStory, 'policy' | 'judgement' | 'slices' | 'evidence' | 'against' | 'absent'>;

/** One calm line; all else stands below it. */
const longest = 160;

/** "log-loss 0.452 → 0.441, no slice worse". */
export const headlineOf = (story: Told): string => clipped(whole(story), longest);

/** Of what could not be judged at all. */
export function errorHeadline(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const told =
    errors.length === 1 ? first!.message : `${errors.length} problems: ${first?.message ?? 'nothing could be judged'}`;
  return clipped(told, longest);
}

function whole(story: Told): string {
  const { judgement, evidence } = story;
  const first = leadMetric(story);
  const move = moveText(first.traits, !evidence.compared ? undefined : first.baseline?.value, first.candidate.value);
  const alone = !evidence.compared ? `${story.absent ?? 'nothing to compare with'}; ` : '';
  switch (judgement.verdict) {
    case 'pass':
      return `${alone}${move}${!evidence.compared ? ', within the bounds' : sliceTail(story)}`;
    case 'fail':
      return `${alone}${failWords(story)}`;
    case 'inconclusive':
      return `${alone}too little evidence: ${thinWords(first, story)}`;
    case 'error':
      return (
        judgement.reasons.at(-1) ?? `${alone}${first.traits.title} could not be judged: ${first.reason ?? 'no value'}`
      );
  }
}

/** The comment's table: numbers, interval and slices. */
export function comparisonOf(story: Told): string {
  const first = leadMetric(story);
  if (!story.evidence.compared)
    return `${moveText(first.traits, undefined, first.candidate.value)}; nothing to compare with`;
  const move = moveText(first.traits, first.baseline?.value, first.candidate.value);
  const difference =
    first.difference === undefined ? '' : ` (${differenceWithInterval(first.traits, first.difference)})`;
  return `${move}${difference}${sliceTail(story).replace(',', ';')}`;
}

/** The metric the first line speaks of: what decided, else the policy's headline. */
function leadMetric({ policy, judgement }: Told): MetricJudgement {
  const headline = judgement.metrics.find(({ name }) => name === headlineMetric(policy))!;
  if (headline.verdict === judgement.verdict) return headline;
  return judgement.metrics.find(({ verdict }) => verdict === judgement.verdict) ?? headline;
}

function failWords(story: Told): string {
  const failed = story.judgement.metrics.filter(({ verdict }) => verdict === 'fail');
  if (failed.length === 0) return story.judgement.reasons[0] ?? 'slices are worse';
  const said = failed.map((metric) => {
    if (metric.brief !== undefined) return `${metric.traits.title}: ${metric.brief}`;
    if (metric.reason !== undefined)
      return `${metric.traits.title} ${valueText(metric.candidate.value)} is ${metric.reason}`;
    return moveText(metric.traits, metric.baseline?.value, metric.candidate.value);
  });
  const lost = failed.some(({ reason }) => reason === undefined) ? `worse than ${sideText(story.against)}: ` : '';
  const telling = (count: number): string => {
    const more = failed.length - count;
    const sentences = failed.some(({ brief }) => brief !== undefined);
    const rest = more === 0 ? '' : sentences ? `; ${more} more failed` : ` and ${more} more`;
    return `${lost}${said.slice(0, count).join(sentences ? '; ' : ', ')}${rest}`;
  };
  const two = telling(Math.min(2, failed.length));
  return two.length <= longest ? two : telling(1);
}

function thinWords(metric: MetricJudgement, { judgement: { reasons }, evidence: { unit = 'rows' } }: Told): string {
  if (reasons.length > 0) return reasons[0]!;
  const { rowsNeeded, brief } = metric;
  if (brief !== undefined) return `${metric.traits.title}: ${brief}`;
  const settle =
    rowsNeeded === undefined || rowsNeeded === null ? '' : `; about ${aboutText(rowsNeeded)} ${unit} would settle it`;
  const difference =
    metric.difference === undefined ? '' : ` (${differenceWithInterval(metric.traits, metric.difference)})`;
  return `${moveText(metric.traits, metric.baseline?.value, metric.candidate.value)}${difference}${settle}`;
}

function sliceTail({ slices }: Told): string {
  if (slices.length === 0) return '';
  const worse = slices.filter((slice) => slice.worse);
  if (worse.length === 0) return ', no slice worse';
  return worse.length === 1 ? `, worse for ${worse[0]!.title}` : `, ${worse.length} slices worse`;
}
