// What a command may see and touch of the shell it was called in; tests bring their own.

export interface Shell {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns of the terminal; 120 where there is none. */
  readonly width: number;
  readonly colour: boolean;
  /** Resolves when the user or the system asks the command to end. */
  readonly interrupted: AbortSignal;
}

export function processShell(): Shell {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  for (const stream of [process.stdout, process.stderr]) stream.on('error', toNobody);
  return {
    cwd: process.cwd(),
    env: process.env,
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    width: Math.min(process.stdout.columns ?? 120, 140),
    colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    interrupted: controller.signal,
  };
}

/** Who reads has seen enough, as `head` does after ten lines: the work goes on, and ends with its own exit code. */
function toNobody(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
