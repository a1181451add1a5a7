// Rows whose answer changed sides: what a reviewer looks at first.
import type { Block } from '../../formats/report.ts';
import type { Against, Arms } from '../task.ts';
import { countText, numberText } from '../words.ts';
import type { Arm, Sample } from './sample.ts';

const shownFlips = 20;

export function flipBlocks(sample: Sample, { candidate, baseline }: Arms<Arm>, against: Against): Block[] {
  if (baseline === undefined) return [];
  const { newlyWrong, newlyRight } = flipsOf(sample, candidate, baseline);
  if (newlyWrong.length + newlyRight.length === 0) return [];
  const table = (title: string, flips: readonly Flip[]): Block[] => flipTable(title, flips, { sample, against });
  return [
    {
      type: 'details',
      summary: `${countText(newlyWrong.length)} rows newly wrong, ${countText(newlyRight.length)} newly right`,
      blocks: [...table('Newly wrong', newlyWrong), ...table('Newly right', newlyRight)],
    },
  ];
}

function flipTable(
  title: string,
  flips: readonly Flip[],
  { sample, against }: { readonly sample: Sample; readonly against: Against },
): Block[] {
  if (flips.length === 0) return [];
  const slices = Object.entries(sample.slices);
  return [
    { type: 'heading', text: title },
    {
      type: 'table',
      columns: [
        { title: 'row' },
        ...slices.map(([column]) => ({ title: column })),
        { title: 'truth' },
        { title: against },
        { title: 'candidate' },
        { title: 'its probability', align: 'right' },
      ],
      rows: flips
        .slice(0, shownFlips)
        .map(({ row, id, truth, before, after, chance }) => [
          id,
          ...slices.map(([, values]) => values[row] ?? '–'),
          truth,
          before,
          after,
          chance === undefined ? '–' : numberText(chance),
        ]),
      ...(flips.length > shownFlips && { more: flips.length - shownFlips }),
    },
  ];
}

interface Flip {
  /** Its place in the sample. */
  readonly row: number;
  readonly id: string;
  readonly truth: string;
  readonly before: string;
  readonly after: string;
  /** Probability the candidate gives its own answer, where it gives any. */
  readonly chance?: number;
}

interface Flips {
  readonly newlyWrong: readonly Flip[];
  readonly newlyRight: readonly Flip[];
}

function flipsOf(sample: Sample, candidate: Arm, baseline: Arm): Flips {
  const newlyWrong: Flip[] = [];
  const newlyRight: Flip[] = [];
  sample.ids.forEach((id, row) => {
    const [truth, before, after] = [sample.labels[row]!, baseline.predicted[row]!, candidate.predicted[row]!];
    if ((before === truth) === (after === truth)) return;
    const chance = candidate.probabilities?.[row * sample.classes.length + after];
    const flip = {
      row,
      id,
      truth: sample.classes[truth]!,
      before: sample.classes[before]!,
      after: sample.classes[after]!,
      ...(chance !== undefined && { chance }),
    };
    (after === truth ? newlyRight : newlyWrong).push(flip);
  });
  // The surest mistakes first: they say most about what changed.
  newlyWrong.sort((a, b) => (b.chance ?? 0) - (a.chance ?? 0));
  newlyRight.sort((a, b) => (b.chance ?? 0) - (a.chance ?? 0));
  return { newlyWrong, newlyRight };
}
