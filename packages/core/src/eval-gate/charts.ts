// The picture that every task has: the differences of its key metrics.
import type { Block } from '../formats/report.ts';
import { oriented, type MetricJudgement } from './decide.ts';
import { numberText } from './words.ts';

type ChartBlock = Extract<Block, { type: 'chart' }>;

/** Differences of the key metrics in units of their margins: all on one axis, right is better, −1 is the margin. */
export function intervalsChart(metrics: readonly MetricJudgement[]): ChartBlock | undefined {
  const rows = metrics.flatMap((metric) => {
    const margin = metric.asked.role === 'key' ? metric.asked.margin : 0;
    if (metric.difference === undefined || margin === 0) return [];
    const { difference, shown } = oriented(metric);
    return [
      {
        name: metric.traits.title,
        value: difference / margin,
        low: shown[0] / margin,
        high: shown[1] / margin,
        ...(metric.verdict !== undefined && { verdict: metric.verdict }),
      },
    ];
  });
  if (rows.length === 0) return undefined;
  const said = rows.map(
    ({ name, value, low, high }) => `${name} ${numberText(value, 1)} (${numberText(low, 1)} to ${numberText(high, 1)})`,
  );
  const alt = `Gain over the other model in margins, with 95 % intervals: ${said.join('; ')}.`;
  return {
    type: 'chart',
    title: 'Gain in margins (right is better)',
    chart: { type: 'intervals', alt, unit: 'margins', margin: -1, rows },
  };
}
