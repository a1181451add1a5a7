// Queries that lost or gained most: what a reviewer looks at first.
import type { Block } from '../../formats/report.ts';
import type { Against } from '../task.ts';
import { countText, differenceText, numberText } from '../words.ts';
import type { QueryMetric } from './pictures.ts';
import type { RankingSample } from './sample.ts';

const shownQueries = 20;
const shownItems = 3;

export function movedQueries(sample: RankingSample, values: QueryMetric, against: Against): Block[] {
  const { candidate, baseline, title } = values;
  const moved = sample.queries.flatMap((_, query) => {
    const more = candidate[query]! - baseline[query]!;
    return Number.isNaN(more) || more === 0 ? [] : [{ query, more }];
  });
  if (moved.length === 0) return [];
  const slices = Object.entries(sample.slices);
  const table = (heading: string, rows: readonly (typeof moved)[number][]): Block[] =>
    rows.length === 0
      ? []
      : [
          { type: 'heading', text: heading },
          {
            type: 'table',
            columns: [
              { title: 'query' },
              ...slices.map(([column]) => ({ title: column })),
              { title: 'items', align: 'right' },
              { title: 'most relevant' },
              ...[against, 'candidate', `${title} difference`].map((text) => ({
                title: text,
                align: 'right' as const,
              })),
            ],
            rows: rows
              .slice(0, shownQueries)
              .map(({ query, more }) => [
                sample.queries[query]!,
                ...slices.map(([, texts]) => texts[query] ?? '–'),
                countText(sample.items[query]!.length),
                mostRelevant(sample, query),
                numberText(baseline[query]!),
                numberText(candidate[query]!),
                differenceText({ title, direction: 'higher', unit: 'number' }, more),
              ]),
            ...(rows.length > shownQueries && { more: rows.length - shownQueries }),
          },
        ];
  const lost = moved.filter(({ more }) => more < 0).toSorted((a, b) => a.more - b.more);
  const gained = moved.filter(({ more }) => more > 0).toSorted((a, b) => b.more - a.more);
  return [
    {
      type: 'details',
      summary: `${countText(lost.length)} queries lost ${title}, ${countText(gained.length)} gained`,
      blocks: [...table('Lost most', lost), ...table('Gained most', gained)],
    },
  ];
}

function mostRelevant({ items, relevance, ids }: RankingSample, query: number): string {
  const best = [...items[query]!]
    .filter((item) => relevance[item]! > 0)
    .toSorted((a, b) => relevance[b]! - relevance[a]!)
    .map((item) => ids[item]!);
  return best.length <= shownItems
    ? best.join(', ')
    : `${best.slice(0, shownItems).join(', ')} and ${best.length - shownItems} more`;
}
