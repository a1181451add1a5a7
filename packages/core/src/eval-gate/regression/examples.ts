// Rows whose error moved most: what a reviewer looks at first.
import type { Block } from '../../formats/report.ts';
import type { Against, Arms } from '../task.ts';
import { countText, differenceText, numberText } from '../words.ts';
import type { NumberArm, NumberSample } from './sample.ts';

const shownRows = 20;
const moveTraits = { title: 'error', direction: 'lower', unit: 'number' } as const;

export function movedRows(sample: NumberSample, { candidate, baseline }: Arms<NumberArm>, against: Against): Block[] {
  if (baseline === undefined) return [];
  const error = (arm: NumberArm, row: number): number => Math.abs(arm.predicted[row]! - sample.truth[row]!);
  const moved = sample.ids.flatMap((id, row) => {
    const more = error(candidate, row) - error(baseline, row);
    return more === 0 ? [] : [{ id, row, more }];
  });
  if (moved.length === 0) return [];
  const slices = Object.entries(sample.slices);
  const table = (title: string, rows: readonly (typeof moved)[number][]): Block[] =>
    rows.length === 0
      ? []
      : [
          { type: 'heading', text: title },
          {
            type: 'table',
            columns: [
              { title: 'row' },
              ...slices.map(([column]) => ({ title: column })),
              ...['truth', against, 'candidate', 'error'].map((title) => ({ title, align: 'right' as const })),
            ],
            rows: rows
              .slice(0, shownRows)
              .map(({ id, row, more }) => [
                id,
                ...slices.map(([, values]) => values[row] ?? '–'),
                numberText(sample.truth[row]!),
                numberText(baseline.predicted[row]!),
                numberText(candidate.predicted[row]!),
                differenceText(moveTraits, more),
              ]),
            ...(rows.length > shownRows && { more: rows.length - shownRows }),
          },
        ];
  const grew = moved.filter(({ more }) => more > 0).toSorted((a, b) => b.more - a.more);
  const shrank = moved.filter(({ more }) => more < 0).toSorted((a, b) => a.more - b.more);
  return [
    {
      type: 'details',
      summary: `The error grew on ${countText(grew.length)} rows and shrank on ${countText(shrank.length)}`,
      blocks: [...table('Grew most', grew), ...table('Shrank most', shrank)],
    },
  ];
}
