// How large a JSON value is, without recursion: answers of models may be nested a million deep.
const deepest = 400;
/** Parsing text that is nested deeper takes seconds. */
const deepestText = 5_000;
const longestSafeText = 100_000;

/** Whether brackets that nobody closes pile up in a text; those in strings count too, which no real answer minds. */
export function isNestedTooDeeply(text: string): boolean {
  if (text.length < longestSafeText) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at) | 0x20;
    if (unit === 0x7b) depth += 1;
    else if (unit === 0x7d) depth -= 1;
    if (depth > deepestText) return true;
  }
  return false;
}

export interface JsonSize {
  readonly values: number;
  readonly longestList: number;
  readonly longestText: number;
  /** Of all texts and keys. */
  readonly characters: number;
}

/** @returns undefined where it is nested deeper than anything that recurses over it could follow */
export function sizeOf(value: unknown): JsonSize | undefined {
  const size = { values: 0, longestList: 0, longestText: 0, characters: 0 };
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return undefined;
    const next: unknown[] = [];
    for (const item of level) {
      size.values += 1;
      if (typeof item === 'string') measure(size, item);
      else if (Array.isArray(item)) {
        size.longestList = Math.max(size.longestList, item.length);
        for (const part of item) next.push(part);
      } else if (typeof item === 'object' && item !== null) {
        for (const [key, part] of Object.entries(item)) {
          measure(size, key);
          next.push(part);
        }
      }
    }
    level = next;
  }
  return size;
}

function measure(size: { longestText: number; characters: number }, text: string): void {
  if (text.length > size.longestText) size.longestText = text.length;
  size.characters += text.length;
}
