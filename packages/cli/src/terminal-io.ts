// What a command may see and touch of the shell it was called in; tests bring their own.
import { fstatSync, writeSync } from 'node:fs';

export interface Shell {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns of the terminal; 120 where there is none. */
  readonly width: number;
  readonly colour: boolean;
}

export function processShell(): Shell {
  const out = new Output(1, () => process.stdout);
  const err = new Output(2, () => process.stderr);
  const terminal = out.direct ? undefined : process.stdout;
  return {
    cwd: process.cwd(),
    env: process.env,
    out: (text) => out.write(`${text}\n`),
    err: (text) => err.write(`${text}\n`),
    width: Math.min(terminal?.columns ?? 120, 140),
    colour: terminal?.isTTY === true && process.env.NO_COLOR === undefined,
  };
}

/** Into a file or pipe without Node's streams, which load its networking with them: a tenth of a short command. */
class Output {
  readonly #descriptor: number;
  readonly #open: () => NodeJS.WriteStream;
  #stream: NodeJS.WriteStream | undefined;
  /** Whether what is written goes straight there. */
  direct: boolean;

  constructor(descriptor: number, open: () => NodeJS.WriteStream) {
    this.#descriptor = descriptor;
    this.#open = open;
    this.direct = process.platform !== 'win32' && isFileOrPipe(descriptor);
  }

  write(text: string): void {
    if (!this.direct) return void this.#streamed().write(text);
    let rest = Buffer.from(text);
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return toNobody(error as NodeJS.ErrnoException);
      // Whoever reads has made the pipe one that never waits: the stream keeps what does not fit.
      this.direct = false;
      this.#streamed().write(rest);
    }
  }

  #streamed(): NodeJS.WriteStream {
    this.#stream ??= this.#open().on('error', toNobody);
    return this.#stream;
  }
}

function isFileOrPipe(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor);
    return found.isFile() || found.isFIFO() || found.isSocket();
  } catch {
    // Closed.
    return false;
  }
}

/** Who reads has seen enough, as `head` does after ten lines: the work goes on, and ends with its own exit code. */
function toNobody(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
