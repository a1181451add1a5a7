// Numbers and counts as reports write them: the same in every locale.
import { firstFew } from '../formats/problem.ts';

/** 508239 → "508,239". */
export function thousands(value: number | bigint): string {
  const [whole = '', fraction] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** 1 → "1 row", 3100 → "3,100 rows". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${thousands(count)} ${count === 1 ? one : many}`;

/** A share 0 … 1 as per cent; never "0 %" or "100 %" for what is neither. */
export function percent(share: number): string {
  const value = share * 100;
  for (const digits of [1, 2, 3, 4]) {
    const text = value.toFixed(digits);
    const rounded = Number(text);
    if ((rounded !== 0 || share === 0) && (rounded !== 100 || share === 1)) return `${rounded} %`;
  }
  return share < 0.5 ? 'under 0.0001 %' : 'over 99.9999 %';
}

/** Four significant digits, plain where it can be. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return thousands(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e9 ? thousands(Number(value.toPrecision(4))) : value.toExponential(2);
}

/** At most five names, and how many more there are. */
export const listed = (names: readonly string[]): string => firstFew(names, 5);
