// A contract suite is data, so that it needs no test runner: `for (const one of suite) test(one.title, …)`.

/** One promise of a port or a service, checked with node:assert; it rejects when the promise is broken. */
export interface ContractCase<Subject> {
  readonly title: string;
  readonly check: (subject: Subject) => Promise<void>;
}
