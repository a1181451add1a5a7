// Axes: round numbers that cover what is shown.
import { formatNumber } from './text.ts';

export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** A tick as text, with the digits that tell it from its neighbours. */
  readonly label: (value: number) => string;
}

/** Steps of 1, 2 or 5 times a power of ten, about so many of them. */
export function axisOver(values: readonly number[], count: number): Axis {
  const finite = values.filter(Number.isFinite);
  const lowest = finite.length === 0 ? 0 : Math.min(...finite);
  const highest = finite.length === 0 ? 1 : Math.max(...finite);
  const spread = highest - lowest || Math.abs(highest) || 1;
  const rough = spread / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const low = Math.floor(lowest / step + 1e-9) * step;
  const steps = Math.min(50, Math.max(1, Math.ceil((highest - low) / step - 1e-9)));
  const ticks = Array.from({ length: steps + 1 }, (_, index) => low + index * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return {
    low,
    high: low + steps * step,
    ticks,
    label: (value) => (digits > 6 || step >= 1e6 ? formatNumber(value) : value.toFixed(digits).replace('-', '−')),
  };
}

/** The function from values to places on a line of pixels, rounded to tenths so that files stay small. */
export function scaleTo(axis: Axis, from: number, to: number): (value: number) => number {
  const span = axis.high - axis.low || 1;
  return (value) => {
    const inside = Math.min(axis.high, Math.max(axis.low, Number.isFinite(value) ? value : axis.low));
    return Math.round((from + ((inside - axis.low) / span) * (to - from)) * 10) / 10;
  };
}
