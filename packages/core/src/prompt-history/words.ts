// What changed in a text, word by word: the least number of words taken out and put in.

export interface WordChange {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Texts whose changed middles have more pairs of words than this are told as replaced whole. */
const mostCells = 4_000_000;

/** Joined, the same and the removed parts are the text before, the same and the added ones the text after. */
export function wordChanges(before: string, after: string): readonly WordChange[] {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  )
    end += 1;
  const middle = longestCommon(old.slice(start, old.length - end), now.slice(start, now.length - end));
  const same = (words: readonly string[]): WordChange[] => words.map((text) => ({ kind: 'same', text }));
  return merged(joinedOverSpaces([...same(old.slice(0, start)), ...middle, ...same(old.slice(old.length - end))]));
}

/** Words, single signs, and the space between them. */
const wordsOf = (text: string): readonly string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

function longestCommon(old: readonly string[], now: readonly string[]): readonly WordChange[] {
  const removed = (words: readonly string[]): WordChange[] => words.map((text) => ({ kind: 'removed', text }));
  const added = (words: readonly string[]): WordChange[] => words.map((text) => ({ kind: 'added', text }));
  if (old.length * now.length > mostCells) return [...removed(old), ...added(now)];
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        old[i] === now[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const changes: WordChange[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) {
      changes.push({ kind: 'same', text: old[i]! });
      i += 1;
      j += 1;
    } else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) {
      changes.push({ kind: 'removed', text: old[i]! });
      i += 1;
    } else {
      changes.push({ kind: 'added', text: now[j]! });
      j += 1;
    }
  }
  return [...changes, ...removed(old.slice(i)), ...added(now.slice(j))];
}

/** A space that stayed between two changed words reads as part of the change. */
function joinedOverSpaces(changes: readonly WordChange[]): readonly WordChange[] {
  return changes.flatMap((change, index): readonly WordChange[] => {
    const between = changes[index - 1]?.kind !== 'same' && changes[index + 1]?.kind !== 'same';
    const inside = index > 0 && index < changes.length - 1;
    if (change.kind !== 'same' || !inside || !between || change.text.trim() !== '') return [change];
    return [
      { kind: 'removed', text: change.text },
      { kind: 'added', text: change.text },
    ];
  });
}

/** Neighbours of one kind as one, and within a changed stretch first what went, then what came. */
function merged(changes: readonly WordChange[]): readonly WordChange[] {
  const result: WordChange[] = [];
  for (let at = 0; at < changes.length;) {
    const stretch: WordChange[] = [];
    const isSame = changes[at]?.kind === 'same';
    while (at < changes.length && (changes[at]?.kind === 'same') === isSame) stretch.push(changes[at++]!);
    for (const kind of ['same', 'removed', 'added'] as const) {
      const text = stretch
        .filter((change) => change.kind === kind)
        .map((change) => change.text)
        .join('');
      if (text !== '') result.push({ kind, text });
    }
  }
  return result;
}
