// Names and what they stand for, with nunjucks' rule of writing: a loop writes to an outer variable that was set
// before, and keeps to itself what is new.
import type { Value } from './values.ts';

export class Scope {
  readonly #given: Readonly<Record<string, Value>>;
  /** Made for the first name: most templates set none. */
  #own: Map<string, Value> | undefined;
  readonly #outer: Scope | undefined;

  constructor(given: Readonly<Record<string, Value>>, outer?: Scope) {
    this.#given = given;
    this.#outer = outer;
  }

  inner(): Scope {
    return new Scope(this.#given, this);
  }

  set(name: string, value: Value): void {
    this.#own ??= new Map();
    this.#own.set(name, value);
  }

  /** `{% set %}`. */
  assign(name: string, value: Value): void {
    const holder = this.#holderOf(name) ?? this;
    holder.set(name, value);
  }

  has(name: string): boolean {
    return this.#holderOf(name) !== undefined || Object.hasOwn(this.#given, name);
  }

  get(name: string): Value {
    const holder = this.#holderOf(name);
    if (holder !== undefined) return holder.#own?.get(name);
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined;
  }

  #holderOf(name: string): Scope | undefined {
    if (this.#own?.has(name) === true) return this;
    return this.#outer === undefined ? undefined : this.#outer.#holderOf(name);
  }
}
