// A WASM memory as it was, in a few microseconds: after each script the engine is put back to the byte, which is both
// quicker than a new context and more thorough. Between the engine's data and its heap lies a stack of megabytes that
// was never touched: left out, because what a stack holds beyond its end means nothing.

const page = 4096;
/** Zeros that belong to data rather than to the stack stand directly behind what is not zero. */
const dataMargin = 16 * page;

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** @returns puts the memory back; callers hold no pointer into it that is younger than the snapshot */
export function takeSnapshot(memory: { readonly buffer: ArrayBuffer }): () => void {
  const now = new Uint8Array(memory.buffer);
  const gap = longestGap(now);
  const end = lastUsed(now);
  const pieces: Piece[] = [
    { at: 0, bytes: now.slice(0, Math.min(gap.from + dataMargin, gap.to)) },
    { at: gap.to, bytes: now.slice(gap.to, end) },
  ];
  return () => {
    // Memory that grew has a new buffer.
    const bytes = new Uint8Array(memory.buffer);
    for (const piece of pieces) bytes.set(piece.bytes, piece.at);
  };
}

function lastUsed(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return Math.ceil(end / page) * page;
}

/** The longest run of zero pages below the last that is used. */
function longestGap(bytes: Uint8Array): { readonly from: number; readonly to: number } {
  const end = lastUsed(bytes);
  let best = { from: end, to: end };
  let from = -1;
  for (let at = 0; at < end; at += page) {
    const empty = isZero(bytes, at);
    if (empty && from < 0) from = at;
    if (empty || from < 0) continue;
    if (at - from > best.to - best.from || best.from === end) best = { from, to: at };
    from = -1;
  }
  return best;
}

function isZero(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + page; i++) if (bytes[i] !== 0) return false;
  return true;
}
