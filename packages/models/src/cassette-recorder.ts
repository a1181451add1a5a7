// Appends new answers to a cassette. Several providers may share a file, so its writes stand in one line.
import { cassetteSchema, writeCassetteHeader, type Workspace } from '@pawl/core';

export interface RecorderOptions {
  /** Into the header of a new file. */
  readonly provider: string;
  readonly model: string;
  /** Nothing is written when it is missing. */
  readonly path: string | undefined;
  readonly workspace: Workspace;
  /** ISO 8601 */
  readonly now?: () => string;
}

/** New answers are written together, at this many and at the end: a stopped run loses few of them. */
const flushEvery = 50;

/** The last write to each file of a workspace; the next one waits for it. */
const lines = new WeakMap<Workspace, Map<string, Promise<void>>>();

export class CassetteRecorder {
  readonly #options: RecorderOptions;
  #pending: string[] = [];
  #written = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  async add(line: string): Promise<void> {
    this.#pending.push(line);
    // A file is written whole each time: the longer it is, the rarer, or the time would grow with its square.
    if (this.#pending.length >= Math.max(flushEvery, this.#written / 5)) await this.flush();
  }

  async flush(): Promise<void> {
    const { path, workspace } = this.#options;
    const pending = this.#pending;
    if (path === undefined) return;
    this.#pending = [];
    this.#written += pending.length;
    const queue = lines.get(workspace) ?? new Map<string, Promise<void>>();
    lines.set(workspace, queue);
    const before = queue.get(path) ?? Promise.resolve();
    const writing =
      pending.length === 0 ? before : before.catch(() => undefined).then(() => this.#append(path, pending));
    queue.set(path, writing);
    await writing;
  }

  async #append(path: string, pending: readonly string[]): Promise<void> {
    const { workspace, provider, model, now } = this.#options;
    const old = (await workspace.readText(path)) ?? '';
    const recordedAt = now?.();
    const header = {
      schema: cassetteSchema,
      provider,
      model,
      ...(recordedAt !== undefined && { recordedAt }),
    } as const;
    const start = old.trim() === '' ? writeCassetteHeader(header) : old.endsWith('\n') ? old : `${old}\n`;
    await workspace.write(path, start + pending.join(''));
  }
}
