// What the rows could show, in words: one line for the headline metric, a table of all in the HTML.
import type { Block } from '../formats/report.ts';
import { asksForGain, headlineMetric } from './asked.ts';
import type { MetricJudgement } from './decide.ts';
import type { Power } from './power.ts';
import type { GateStory } from './story.ts';
import type { MetricTraits } from './task.ts';
import { countText, levelText, numberText } from './words.ts';

type Told = Pick<GateStory, 'policy' | 'judgement' | 'evidence'>;

export function powerBlocks(story: Told): Block[] {
  const known = story.judgement.metrics.flatMap((metric) =>
    metric.power === undefined ? [] : [{ ...metric, power: metric.power }],
  );
  const headline = known.find(({ name }) => name === headlineMetric(story.policy));
  if (known.length === 0) return [];
  return [
    ...(headline === undefined ? [] : [{ type: 'text' as const, text: sentenceOf(headline, story) }]),
    { type: 'details', summary: 'What these rows could show', comment: false, blocks: tableOf(known, story) },
  ];
}

const aloneText =
  " There is no second model yet: the spread is the candidate's own times √2, as if the two erred independently.";

type Powered = MetricJudgement & { readonly power: Power };

/** "With these 1,200 rows the smallest loss of accuracy you could see is 1.4 points." */
function sentenceOf({ traits, power, asked }: Powered, { evidence }: Told): string {
  const rows = `${countText(evidence.rows)} ${evidence.unit ?? 'rows'}`;
  const gains = asked.role === 'key' && asksForGain(asked);
  const [what, amount] = gains ? ['gain', power.gain] : ['loss', power.loss];
  const size = amountText(traits, amount);
  if (power.basis === 'paired')
    return `With these ${rows} the smallest ${what} of ${traits.title} you could see is ${size}.`;
  return `Once there is another version, these ${rows} show a ${what} of ${traits.title} from ${size} on, and a smaller one as far as both models err on the same rows.`;
}

function tableOf(known: readonly Powered[], { judgement, evidence }: Told): Block[] {
  const columns = ['metric', 'smallest loss', 'smallest gain', 'an equal model passes'];
  const alone = known.some(({ power }) => power.basis === 'alone');
  return [
    {
      type: 'table',
      columns: columns.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
      rows: known.map(({ traits, power }) => [
        traits.title,
        amountText(traits, power.loss),
        amountText(traits, power.gain),
        power.equalPasses === undefined ? '–' : `${(100 * power.equalPasses).toFixed(0)} %`,
      ]),
    },
    {
      type: 'text',
      text: [
        {
          text: `With ${countText(evidence.rows)} ${evidence.unit ?? 'rows'}, found with a chance of 80 % on two-sided ${levelText(judgement.alpha)} intervals; a loss also survives Holm over the key metrics.${alone ? aloneText : ''}`,
          style: 'muted',
        },
      ],
    },
  ];
}

function amountText({ unit, suffix }: MetricTraits, amount: number): string {
  if (unit === 'share') return `${numberText(amount * 100, 1)} points`;
  return `${numberText(amount)}${suffix === undefined ? '' : ` ${suffix}`}`;
}
