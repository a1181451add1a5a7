// The order of numbers from high to low. Typed arrays sort their values quickly, but not the places of these values
// with a function that compares; of many numbers a radix sort over their bits finds it several times faster.

const manyNumbers = 4096;
const digitBits = 16;
const digits = 2 ** digitBits;
const words = 64 / digitBits;

/** @returns the places of the values, highest value first, equal ones in the order they stand in; without NaN */
export function orderFromHigh(values: Float64Array): Uint32Array {
  const places = Uint32Array.from(values, (_, place) => place);
  if (values.length < manyNumbers) return places.sort((a, b) => values[b]! - values[a]! || a - b);
  const keys = keysFromHigh(values);
  let from = places;
  let to = new Uint32Array(values.length);
  for (let word = 0; word < words; word++) {
    const starts = new Uint32Array(digits + 1);
    for (let at = word; at < keys.length; at += words) starts[keys[at]! + 1]! += 1;
    for (let digit = 0; digit < digits; digit++) starts[digit + 1]! += starts[digit]!;
    for (let index = 0; index < from.length; index++) {
      const place = from[index]!;
      to[starts[keys[place * words + word]!]!++] = place;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Four digits a value, the lowest first, that rise as values fall. */
function keysFromHigh(values: Float64Array): Uint16Array {
  // + 0: of equal numbers the two zeros have unlike bits.
  const keys = new Uint16Array(values.map((value) => value + 0).buffer);
  const top = words - 1;
  for (let at = 0; at < keys.length; at += words) {
    // The bits of a negative double rise as it falls; those of a positive one are turned over.
    if (keys[at + top]! >= digits / 2) continue;
    for (let word = 0; word < top; word++) keys[at + word] = digits - 1 - keys[at + word]!;
    keys[at + top] = digits / 2 - 1 - keys[at + top]!;
  }
  return keys;
}
