// Settings of a provider as a suite has them: unchecked, with secrets as `{{env.NAME}}` where a value belongs.
import { isMap } from './json-member.ts';

export type Environment = (name: string) => string | undefined;
export type Config = Readonly<Record<string, unknown>>;

/** The first of the names that has a text, filled in. */
export function textSetting(config: Config, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = config[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

export function numberSetting(config: Config, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = config[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  }
  return undefined;
}

const reference = /\{\{-?\s*env(?:\.(\w+)|\[\s*['"](\w+)['"]\s*\])\s*-?\}\}/g;

/**
 * Puts environment variables in, and remembers their values: whatever they are for, they are never shown or recorded.
 * Only the author's own settings come here; texts of cases never do.
 */
export class SecretFiller {
  readonly #environment: Environment;
  readonly #secrets = new Set<string>();
  readonly #missing = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  /** Names that have no value. */
  get missing(): readonly string[] {
    return [...this.#missing];
  }

  /** The value of a variable, or undefined when it has none. */
  named(name: string | undefined): string | undefined {
    const value = name === undefined ? undefined : this.#environment(name) || undefined;
    if (value !== undefined) this.#secrets.add(value);
    return value;
  }

  fill(text: string): string {
    return text.replace(reference, (_, plain?: string, quoted?: string) => {
      const name = plain ?? quoted ?? '';
      const value = this.named(name);
      if (value === undefined) this.#missing.add(name);
      return value ?? '';
    });
  }

  /** What a suite gives a program: names of variables, or texts by name. */
  environment(given: unknown): Readonly<Record<string, string>> {
    if (!Array.isArray(given)) return this.headers(given);
    const names = given.filter((each) => typeof each === 'string');
    return Object.fromEntries(
      names
        .map((name) => [name, this.named(name)])
        .filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  }

  /** Every text of a provider's settings, however deep. */
  deep(value: unknown): unknown {
    if (typeof value === 'string') return this.fill(value);
    if (Array.isArray(value)) return value.map((item) => this.deep(item));
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.deep(item)]));
  }

  /** Texts by name; numbers become texts. A value that looks like a key is as secret as one from the environment. */
  headers(value: unknown): Readonly<Record<string, string>> {
    if (!isMap(value)) return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, given]): readonly (readonly [string, string])[] => {
        if (given === null || given === undefined) return [];
        const text = this.fill(typeof given === 'object' ? JSON.stringify(given) : String(given));
        if (/authorization|cookie|key|token|secret|password/i.test(name)) this.#keep(text);
        return [[name, text]];
      }),
    );
  }

  #keep(text: string): void {
    const bare = text.replace(/^(?:Bearer|Basic|token)\s+/i, '');
    if (bare !== '') this.#secrets.add(bare);
  }
}
