// Differences turned so that higher is better, whatever the metric.
import { negated, type DifferenceEstimate } from '../statistics/difference-estimate.ts';
import type { MetricTraits } from './task.ts';

export const orientedBy = ({ direction }: Pick<MetricTraits, 'direction'>, difference: DifferenceEstimate) =>
  direction === 'higher' ? difference : negated(difference);
