// The workers of one program. A second one is started only when calls wait for each other: quick checks share one, and
// calls that themselves wait, for a model say, run side by side.
import { PythonWorker, type Said, type WorkerOptions } from './worker.ts';

/** Calls that take so long are worth workers of their own, which take about as long to start. */
const slowMs = 10;
const patienceMs = 25;
/** Before any has answered: a quick one may be kept waiting by a machine that is busy. */
const stuckMs = 100;

interface Waiting {
  readonly request: string;
  readonly timeoutMs: number;
  readonly answer: (said: Said) => void;
}

export class PythonPool {
  readonly #options: WorkerOptions;
  readonly #workers = new Set<PythonWorker>();
  readonly #idle: PythonWorker[] = [];
  readonly #waiting: Waiting[] = [];
  #most = 1;
  /** What a call takes of late, in milliseconds. */
  #mean = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** @param most workers that there may be from now on */
  ask(request: string, { timeoutMs, most }: { readonly timeoutMs: number; readonly most: number }): Promise<Said> {
    this.#most = Math.max(this.#most, most);
    return new Promise((answer) => {
      this.#waiting.push({ request, timeoutMs, answer });
      if (this.#idle.length > 0 || this.#workers.size === 0) this.#next();
      else this.#watch();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const { answer } of this.#waiting.splice(0)) answer({ ended: 'was closed' });
    await Promise.all([...this.#workers].map((worker) => worker.close()));
    this.#workers.clear();
    this.#idle.length = 0;
  }

  #next(): void {
    const worker = this.#idle.pop() ?? this.#start();
    const job = this.#waiting.shift();
    if (job === undefined) this.#idle.push(worker);
    else void this.#run(worker, job);
  }

  async #run(worker: PythonWorker, { request, timeoutMs, answer }: Waiting): Promise<void> {
    const said = await worker.ask(request, timeoutMs);
    // By its own clock: a long turn of ours is not its time.
    this.#mean += (('tookMs' in said ? said.tookMs : worker.age) - this.#mean) / 8;
    answer(said);
    if (worker.alive) this.#idle.push(worker);
    else this.#workers.delete(worker);
    if (this.#waiting.length > 0) this.#next();
  }

  #start(): PythonWorker {
    const worker = new PythonWorker(this.#options);
    this.#workers.add(worker);
    return worker;
  }

  /** As many more as there are calls that wait, where calls are slow. */
  #watch(): void {
    if (this.#timer !== undefined || this.#workers.size >= this.#most) return;
    const due = performance.now() + patienceMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // After a long turn of ours answers lie there unread: how long they are under way says nothing.
      if (performance.now() - due > patienceMs / 2) return this.#watch();
      const slow = this.#mean >= slowMs || [...this.#workers].every(({ age }) => age >= stuckMs);
      const more = slow ? Math.min(this.#waiting.length, this.#most - this.#workers.size) : 0;
      for (let count = 0; count < more; count++) this.#next();
      if (this.#waiting.length > 0) this.#watch();
    }, patienceMs);
  }
}
