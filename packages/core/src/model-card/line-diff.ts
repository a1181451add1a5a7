// What an update would change, line by line, with a little of what stands around it.

/** Lines of context before and after a change. */
const context = 2;

/** Empty when nothing changed. Marks as in `diff -u`: ` `, `-`, `+`; `…` where lines are left out. */
export function lineDiff(before: string, after: string): readonly string[] {
  const [old, next] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  const same = (a: number, b: number): boolean => old[a] === next[b];
  let first = 0;
  while (first < old.length && first < next.length && same(first, first)) first++;
  let tail = 0;
  while (
    tail < old.length - first &&
    tail < next.length - first &&
    same(old.length - 1 - tail, next.length - 1 - tail)
  ) {
    tail++;
  }
  const [from, to] = [old.slice(first, old.length - tail), next.slice(first, next.length - tail)];
  if (from.length === 0 && to.length === 0) return [];
  const marked = [
    ...old.slice(0, first).map((line) => ` ${line}`),
    ...middle(from, to),
    ...old.slice(old.length - tail).map((line) => ` ${line}`),
  ];
  return withContext(marked);
}

/** Longest common subsequence. Cards are short; beyond a million pairs all old lines go and all new ones come. */
function middle(from: readonly string[], to: readonly string[]): readonly string[] {
  if (from.length * to.length > 1_000_000) return [...from.map((line) => `-${line}`), ...to.map((line) => `+${line}`)];
  const width = to.length + 1;
  const longest = new Uint32Array((from.length + 1) * width);
  for (let a = from.length - 1; a >= 0; a--) {
    for (let b = to.length - 1; b >= 0; b--) {
      longest[a * width + b] =
        from[a] === to[b]
          ? (longest[(a + 1) * width + b + 1] ?? 0) + 1
          : Math.max(longest[(a + 1) * width + b] ?? 0, longest[a * width + b + 1] ?? 0);
    }
  }
  const lines: string[] = [];
  let [a, b] = [0, 0];
  while (a < from.length || b < to.length) {
    if (a < from.length && b < to.length && from[a] === to[b]) {
      lines.push(` ${from[a++]}`);
      b++;
    } else if (
      b >= to.length ||
      (a < from.length && (longest[(a + 1) * width + b] ?? 0) >= (longest[a * width + b + 1] ?? 0))
    ) {
      lines.push(`-${from[a++]}`);
    } else lines.push(`+${to[b++]}`);
  }
  return lines;
}

function withContext(marked: readonly string[]): readonly string[] {
  const changed = marked.flatMap((line, index) => (line.startsWith(' ') ? [] : [index]));
  const shown = marked.map((_, index) => changed.some((at) => Math.abs(at - index) <= context));
  return marked.flatMap((line, index) => {
    if (shown[index] === true) return [line];
    return index === 0 || shown[index - 1] === true ? ['…'] : [];
  });
}
