// What an action is: a feature's inputs, and what its manifest and README say. The rest is the same for all.
import type { Config, Inputs, InputSpec, Outcome, PlaceInConfig, Problem, Slug, Store } from '@pawl/core';

/** What the wrapper itself needs of a world; a feature's own part sees all of it. */
export interface ActionWorld extends AsyncDisposable {
  readonly config: Config;
  /** Where a key stands in pawl.yml; absent where there is no file. */
  readonly placeInConfig?: PlaceInConfig;
  /** What is wrong with pawl.yml. */
  readonly problems: readonly Problem[];
  readonly store: Store;
}

export interface Action<S extends InputSpec> {
  readonly slug: Slug;
  /** "Pawl data validation", as the list of actions shows it. */
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  readonly inputs: S;
  /** A Feather icon that GitHub knows, and one of its colours. */
  readonly branding: { readonly icon: string; readonly color: 'blue' | 'green' | 'orange' | 'purple' | 'gray-dark' };
  /** Reads data files, and so takes a path to DuckDB's engine. */
  readonly readsData: boolean;
  /** `with:` of the README's smallest workflow. */
  readonly example: Readonly<Record<string, string>>;
}

export const defineAction = <const S extends InputSpec>(action: Action<S>): Action<S> => action;

/** Where the inputs become an outcome. */
export interface ActionHost<S extends InputSpec, W extends ActionWorld> {
  /** Opened once inputs are read, so that a mistake in them is told at once. */
  openWorld(request: WorldRequest): Promise<W>;
  execute(inputs: Inputs<S>, world: W): Promise<Outcome>;
}

/** What tells this step from every other, as the runner writes it. */
export interface Producer {
  readonly repository: string;
  readonly workflowRun: string;
  readonly attempt: string;
  readonly job: string;
  /** The matrix leg's values and its index. */
  readonly matrix: string;
  readonly step: string;
}

/** What a runner knows, in the words of a world's options. */
export interface WorldRequest {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: (message: string) => void;
  readonly storeFolder?: string;
  readonly toolCache?: string;
  readonly duckdbPath?: string;
  /** The job, matrix leg and attempt: a run's id is made of it, so that a repeated push is a no-op. */
  readonly producer?: Producer;
  readonly baseRef?: string;
  /** No run will be kept. */
  readonly unkept?: boolean;
  readonly origin: {
    readonly repository?: string;
    readonly commit?: string;
    readonly branch?: string;
    readonly pullRequest?: number;
    readonly actor?: string;
    readonly url?: string;
    readonly trust: 'own' | 'fork';
  };
}
