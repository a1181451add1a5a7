// Is a high prediction followed by a high truth? Mean truth by tenth of the predictions, for each model.
import type { Block } from '../../formats/report.ts';
import { weightedMean } from '../../statistics/sampling.ts';
import type { Against, Arms } from '../task.ts';
import type { NumberArm, NumberSample } from './sample.ts';

const tenths = 10;

export function residualChart(
  sample: NumberSample,
  { candidate, baseline }: Arms<NumberArm>,
  against: Against,
): readonly Block[] {
  const series = [
    ...(baseline === undefined ? [] : [{ name: against as string, points: meansByTenth(sample, baseline) }]),
    { name: 'candidate', points: meansByTenth(sample, candidate) },
  ];
  return [
    {
      type: 'chart',
      title: 'Truth by tenth of the predictions',
      chart: {
        type: 'lines',
        alt: 'Mean truth against mean prediction, by tenths of the predictions from low to high; on the diagonal, predictions mean what they say.',
        xLabel: 'mean prediction',
        yLabel: 'mean truth',
        diagonal: true,
        series,
      },
    },
  ];
}

function meansByTenth({ truth, sampling }: NumberSample, { predicted }: NumberArm): [number, number][] {
  const order = Uint32Array.from(predicted, (_, row) => row).sort((a, b) => predicted[a]! - predicted[b]!);
  const { weights } = sampling;
  const points: [number, number][] = [];
  for (let tenth = 0; tenth < tenths; tenth++) {
    const rows = order.subarray(
      Math.floor((tenth * order.length) / tenths),
      Math.floor(((tenth + 1) * order.length) / tenths),
    );
    const mean = (values: Float64Array): number =>
      weightedMean(
        Float64Array.from(rows, (row) => values[row]!),
        weights && Float64Array.from(rows, (row) => weights[row]!),
      );
    const point: [number, number] = [mean(predicted), mean(truth)];
    if (point.every(Number.isFinite)) points.push(point);
  }
  return points;
}
