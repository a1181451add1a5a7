// What went wrong and how often, by what was said, in order of appearance.
export class FailureCounts {
  readonly #kinds = new Map<string, { count: number; readonly hint: string }>();
  count = 0;

  get kinds(): ReadonlyMap<string, { readonly count: number; readonly hint: string }> {
    return this.#kinds;
  }

  add({ failure, hint }: { readonly failure: string; readonly hint: string }): void {
    this.count += 1;
    const seen = this.#kinds.get(failure);
    if (seen === undefined) this.#kinds.set(failure, { count: 1, hint });
    else seen.count += 1;
  }
}
