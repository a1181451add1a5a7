// The minutes of an evaluation: when they are over, nothing is waited for any longer. Whoever was asked is told by the
// signal to end what is under way; that it does is not counted on.
import type { Clock } from '../ports/clock.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { ModelFailure, ModelProvider } from '../ports/model-provider.ts';
import { timeOver } from './budget.ts';
import type { EmbedderFactory, ProviderFactory } from './provider-settings.ts';

interface Openers {
  readonly openProvider: ProviderFactory;
  readonly openEmbedder?: EmbedderFactory;
}

export class TimeLimit {
  readonly signal: AbortSignal;
  readonly #over: ModelFailure;
  readonly #waiting = new Set<() => void>();
  /** Questions that nobody waited for any longer, or that were not asked any more. */
  cut = 0;

  constructor(minutes: number, signal: AbortSignal) {
    this.signal = signal;
    this.#over = timeOver(minutes);
    // One listener, however much is under way.
    signal.addEventListener('abort', () => this.#end(), { once: true });
  }

  /** What is opened keeps to the time; what is recorded is still given afterwards. */
  openers<P extends Openers>(ports: P): P {
    const { openProvider, openEmbedder } = ports;
    const { signal } = this;
    return {
      ...ports,
      openProvider: async (settings) => {
        const opened = await openProvider({ ...settings, signal });
        return opened.value === undefined ? opened : { ...opened, value: this.#provider(opened.value) };
      },
      ...(openEmbedder !== undefined && {
        openEmbedder: async (settings) => this.#embedder(await openEmbedder({ ...settings, signal })),
      }),
    };
  }

  #provider(provider: ModelProvider): ModelProvider {
    return {
      ...provider,
      complete: (request) => {
        const recorded = this.signal.aborted ? provider.recorded?.(request) : undefined;
        return recorded === undefined ? this.#within(() => provider.complete(request)) : Promise.resolve(recorded);
      },
    };
  }

  #embedder(embedder: Embedder): Embedder {
    return { ...embedder, embed: (texts) => this.#within(() => embedder.embed(texts)) };
  }

  #within<T>(ask: () => Promise<T>): Promise<T | ModelFailure> {
    if (this.signal.aborted) return Promise.resolve(this.#cutShort());
    return new Promise((resolve, reject) => {
      const stop = (): void => resolve(this.#cutShort());
      this.#waiting.add(stop);
      // What comes after the end is nobody's any more.
      const ended = (tell: () => void): void => {
        if (this.#waiting.delete(stop)) tell();
      };
      const failed = (error: unknown): void => ended(() => reject(error));
      try {
        ask().then((answer) => ended(() => resolve(answer)), failed);
      } catch (error) {
        // Before there was a promise: an end like any other.
        failed(error);
      }
    });
  }

  #cutShort(): ModelFailure {
    this.cut += 1;
    return this.#over;
  }

  #end(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const stop of waiting) stop();
  }
}

/** @returns undefined where no time is set, or nobody tells that it is over: then it is looked at before each question */
export function timeLimit(minutes: number | undefined, clock: Pick<Clock, 'alarm'> | undefined): TimeLimit | undefined {
  const signal = minutes === undefined ? undefined : clock?.alarm?.(minutes * 60_000);
  return minutes === undefined || signal === undefined ? undefined : new TimeLimit(minutes, signal);
}
