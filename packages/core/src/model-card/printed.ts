// Numbers as a person printed them: 0.675 to three places, 56.5 for 56.5 %. A run agrees with a card when rounding it the
// same way gives the same digits.
import { numberText } from './hugging-face-yaml.ts';

/** `roc-auc` of ours is `roc_auc` there, and `ROCAUC` of somebody else. */
export const sameMetric = (a: string, b: string): boolean => plainName(a) === plainName(b);

export const huggingFaceMetric = (name: string): string => name.replaceAll('-', '_');

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Metrics that live between 0 and 1, which people also print in percent. */
const shares = new Set(
  ['accuracy', 'balanced-accuracy', 'precision', 'recall', 'f1', 'roc-auc', 'ece', 'brier'].map(plainName),
);

/** A printed number: as it stands in the card, and how many digits it has after the point. */
export interface Printed {
  readonly value: number;
  readonly decimals: number;
}

/** The first number of a text such as `0.675`, `1.5e-05` or `20.0 ± 1.2`. */
export function printedNumber(text: string): Printed | undefined {
  const match = /^\s*([-+]?(?:\d[\d_]*)?(?:\.(\d*))?(?:[eE]([-+]?\d+))?)/.exec(text);
  const [, number = '', fraction = '', exponent = '0'] = match ?? [];
  const value = Number(number.replaceAll('_', ''));
  if (number === '' || !/\d/.test(number) || !Number.isFinite(value)) return undefined;
  return { value, decimals: Math.max(0, fraction.length - Number(exponent)) };
}

/** 100 when the card has percent, 1 otherwise. */
const scaleOf = (metric: string, printed: Printed, value: number): number =>
  shares.has(plainName(metric)) && printed.value > 1 && printed.value <= 100 && value <= 1 ? 100 : 1;

/** Whether the card's number is the run's, rounded as it is printed. */
export function agrees(metric: string, printed: Printed, value: number): boolean {
  const scaled = value * scaleOf(metric, printed, value);
  const unit = 10 ** -Math.max(printed.decimals, shares.has(plainName(metric)) && printed.value <= 1 ? 1 : 0);
  return Math.abs(printed.value - scaled) <= (unit / 2) * (1 + 1e-9);
}

/** The run's number in the card's manner: percent where that has percent, and no fewer digits. */
export function printLike(metric: string, printed: Printed | undefined, value: number): string {
  if (printed === undefined) return printNew(value);
  const scaled = value * scaleOf(metric, printed, value);
  return fixed(scaled, printed.decimals === 0 ? 1 : printed.decimals);
}

/** Four digits after the point, and at least four that mean something. */
export function printNew(value: number): string {
  if (value === 0 || Number.isInteger(value)) return fixed(value, 1);
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  return fixed(value, Math.max(4, 3 - magnitude));
}

/** Always with a point: Hugging Face's readers take `1` for an integer. */
const fixed = (value: number, decimals: number): string => {
  const places = Math.min(20, Math.max(1, decimals));
  return Math.abs(value) < 1e21 ? value.toFixed(places) : numberText(value);
};
