// Characters that a reader does not see and a model does: text hidden in tags, bits in variation selectors, marks that
// turn what is shown around, and zero-width ones where no script needs them.

export interface InvisibleText {
  readonly kind: 'tags' | 'variation-selectors' | 'bidi' | 'zero-width' | 'filler';
  readonly count: number;
  /** What tags and selectors spell, when it is readable. */
  readonly hidden?: string;
}

const zeroWidth = /[\u200b\u2060-\u2064\u180e]|(?<!^)\ufeff/gu;
/** A joiner is needed between emoji and in scripts that join. */
const joiner =
  /(?<![\p{Extended_Pictographic}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Syriac}\p{Script=Mongolian}\ufe0f\p{Emoji_Modifier}])[\u200c\u200d]/gu;
const bidi = /[\u202a-\u202e\u2066-\u2069]/gu;
const filler = /[\u115f\u1160\u3164\uffa0\u2800]/gu;

export function findInvisible(text: string): readonly InvisibleText[] {
  const found: InvisibleText[] = [];
  const tags = hiddenInTags(text);
  if (tags.count > 0) found.push({ kind: 'tags', ...tags });
  const selectors = hiddenInSelectors(text);
  if (selectors.count > 0) found.push({ kind: 'variation-selectors', ...selectors });
  const counts = [
    ['bidi', countOf(text, bidi)],
    ['zero-width', countOf(text, zeroWidth) + countOf(text, joiner)],
    ['filler', countOf(text, filler)],
  ] as const;
  for (const [kind, count] of counts) if (count > 0) found.push({ kind, count });
  return found;
}

/** As a reader sees it: nothing invisible, compatibility forms folded. */
export const visible = (text: string): string =>
  text.normalize('NFKC').replaceAll(/\p{Default_Ignorable_Code_Point}|[\u2028-\u202e]/gu, '');

const countOf = (text: string, pattern: RegExp): number => {
  let count = 0;
  for (const _ of text.matchAll(pattern)) count++;
  return count;
};

/** Flags of regions (a black flag, tags, a cancel tag) are emoji. */
function hiddenInTags(text: string): { readonly count: number; readonly hidden?: string } {
  const plain = text.replaceAll(/\u{1f3f4}[\u{e0061}-\u{e007a}]{1,6}\u{e007f}/gu, '');
  const tags = plain.match(/[\u{e0000}-\u{e007f}]/gu) ?? [];
  const hidden = tags.map((tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000)).join('');
  return { count: tags.length, ...readable(hidden) };
}

/** Selector 1 to 256 is a byte; more than one behind a character says something else than a style. */
function hiddenInSelectors(text: string): { readonly count: number; readonly hidden?: string } {
  const runs = text.match(/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}/gu) ?? [];
  const bytes = [...runs.join('')].map((selector) => {
    const point = selector.codePointAt(0) ?? 0;
    return point <= 0xfe0f ? point - 0xfe00 : point - 0xe0100 + 16;
  });
  return { count: bytes.length, ...readable(new TextDecoder().decode(Uint8Array.from(bytes))) };
}

const readable = (hidden: string): { readonly hidden?: string } => {
  const plain = hidden.replaceAll(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, '').slice(0, 120);
  return plain.length > 2 ? { hidden: plain } : {};
};
