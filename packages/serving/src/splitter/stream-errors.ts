// A stream answers 200 before anything is known to work: errors come later, as events.

export interface StreamWatch {
  /** Looks at a chunk as it passes. */
  see(chunk: Buffer): void;
  failed(): boolean;
}

/** An event `error`, or data whose JSON has an `error` member first (Triton's generate_stream, OpenAI's streams). */
const errorLine = /^(?:event:\s*error\b|data:\s*\{\s*"error"\s*:)/;
/** An error stands at the head of its line; the rest of a long line need not be kept. */
const headLength = 64;

export function watchEventStream(): StreamWatch {
  let head = '';
  let failed = false;
  return {
    see: (chunk) => {
      if (failed) return;
      const lines = (head + chunk.toString('latin1')).split(/\r?\n/);
      failed = lines.some((line) => errorLine.test(line));
      head = (lines.at(-1) ?? '').slice(0, headLength);
    },
    failed: () => failed,
  };
}
