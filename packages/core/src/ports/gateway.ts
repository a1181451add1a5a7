// A gateway that is started with one configuration, for as long as a suite is run through it.
import type { Read } from '../formats/problem.ts';
import type { ModelFailure } from './model-provider.ts';

export interface GatewayRequest {
  /** Program and arguments, with `{config}` and `{port}`; there is no shell. */
  readonly command: string;
  /** Path of the configuration, from the root. */
  readonly config: string;
  /** By path, as they were at a commit; without them the working tree's own are used. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** It is told its configuration with every request: the command has no `{config}`, and no key is made for it. */
  readonly perRequest?: true;
  /** Names of the variables of the environment that it is given. */
  readonly env: readonly string[];
}

export interface Gateway {
  /** With `/v1`. */
  readonly baseUrl: string;
  /** The name under which providers find its key in their environment; without one it has none. */
  readonly apiKeyEnv?: string;
  /** Starts it when it is first called; a failure says why it does not run. */
  ready(): Promise<ModelFailure | undefined>;
  /** Ends it, and everything that it started. */
  close(): Promise<void>;
}

/** Starts nothing yet. Problems are the user's: a command without its placeholders, a run that may start no program. */
export type GatewayOpener = (request: GatewayRequest) => Promise<Read<Gateway>>;
