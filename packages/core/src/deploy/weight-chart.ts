// The share of requests that a version answered over time, drawn from its rollout's transitions.
import type { Block } from '../formats/report.ts';
import type { Rollout } from './rollout.ts';

export function weightChart(rollout: Rollout): Block {
  const start = rollout.timeline[0]?.event.time ?? 0;
  const points: [number, number][] = [[0, 0]];
  let weight = 0;
  for (const { state, event } of rollout.timeline) {
    const seconds = ((event.time ?? start) - start) / 1000;
    const next = weightIn(state, event.step ?? 0, rollout) ?? weight;
    points.push([seconds, weight]);
    if (next !== weight) points.push([seconds, next]);
    weight = next;
  }
  const distinct = points.filter(
    ([x, y], index) => index === 0 || points[index - 1]?.[0] !== x || points[index - 1]?.[1] !== y,
  );
  const corners = distinct.filter(
    ([, y], index) =>
      index === 0 || index === distinct.length - 1 || y !== distinct[index - 1]?.[1] || y !== distinct[index + 1]?.[1],
  );
  const version = rollout.version ?? rollout.name;
  return {
    type: 'chart',
    title: 'Share of requests',
    chart: {
      type: 'lines',
      alt: `The share of requests that ${version} answers over time, ending at ${weight} %.`,
      xLabel: 'seconds',
      yLabel: '% of requests',
      series: [{ name: version, points: corners }],
    },
  };
}

/** Undefined: the state leaves the weight as it was. */
function weightIn(state: Rollout['state'], step: number, { deployment }: Rollout): number | undefined {
  if (state === 'step') return deployment.strategy.steps[step]?.weight ?? 0;
  if (state === 'promoted') return 100;
  return state === 'rolling-back' || state === 'rolled-back' ? 0 : undefined;
}
