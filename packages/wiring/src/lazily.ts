// A port that is opened at its first question: most commands need few of them, and an engine takes time to load.

type Asks = (...args: never[]) => Promise<unknown>;

/** The named methods of a port, each of which opens it first. */
export type Lazy<T, M extends keyof T> = Pick<T, M> & {
  /** What was opened, or undefined when nothing was asked yet. */
  opened(): Promise<T> | undefined;
};

/** @param methods the port's methods, all of which answer with a promise */
export function lazily<T, M extends keyof T>(open: () => Promise<T>, methods: readonly M[]): Lazy<T, M> {
  let opening: Promise<T> | undefined;
  const port = { opened: () => opening } as Record<PropertyKey, unknown>;
  for (const method of methods) {
    port[method] = async (...args: never[]) => {
      opening ??= open();
      const opened = await opening;
      return (opened[method] as Asks).apply(opened, args);
    };
  }
  return port as Lazy<T, M>;
}
