// A chart's numbers as a table: what is read where no picture can be shown, and by those who cannot see one.
import type { Block, Cell, Chart } from '../formats/report.ts';
import { bucketNames, formatNumber } from './text.ts';

type Table = Extract<Block, { type: 'table' }>;

export function chartTable(chart: Chart): Table {
  switch (chart.type) {
    case 'histograms': {
      const counts = Math.max(0, ...chart.series.map((series) => series.values.length));
      return {
        type: 'table',
        columns: [
          { title: chart.unit ?? 'value' },
          ...chart.series.map((series) => ({ title: series.name, align: 'right' as const })),
        ],
        rows: bucketNames(chart.buckets, counts).map((bucket, index) => [
          bucket,
          ...chart.series.map((series): Cell => share(series.values[index])),
        ]),
      };
    }
    case 'intervals': {
      const judged = chart.rows.some((row) => row.verdict !== undefined);
      return {
        type: 'table',
        columns: [
          { title: '' },
          { title: chart.unit ?? 'value', align: 'right' },
          { title: 'low', align: 'right' },
          { title: 'high', align: 'right' },
          ...(judged ? [{ title: 'verdict' }] : []),
        ],
        rows: chart.rows.map((row) => [
          row.name,
          formatNumber(row.value),
          formatNumber(row.low),
          formatNumber(row.high),
          ...(judged ? [row.verdict === undefined ? '' : { verdict: row.verdict }] : []),
        ]),
      };
    }
    case 'lines':
      return {
        type: 'table',
        columns: [
          { title: 'series' },
          { title: chart.xLabel, align: 'right' },
          { title: chart.yLabel, align: 'right' },
        ],
        rows: [
          ...(chart.marks ?? []).map(({ x, name }): Cell[] => [name, formatNumber(x), '']),
          ...chart.series.flatMap((series) =>
            series.points.map(([x, y]): Cell[] => [series.name, formatNumber(x), formatNumber(y)]),
          ),
        ],
      };
  }
}

const share = (value: number | undefined): string =>
  value === undefined ? '' : `${formatNumber(Math.round(value * 1000) / 10)} %`;
