// A model server. Loading and proving are separate: a 200 never proves what is served.
export interface Artifact {
  readonly name: string;
  readonly version: string;
  /** Digest the registry knows; compared with what is uploaded. */
  readonly digest: string;
  /** Path inside the model's repository folder → bytes, for example `config.pbtxt`, `model.onnx`. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Where one version is reached: the splitter sends an arm's requests here. */
export interface Endpoint {
  readonly url: string;
  /** Replaces the path of a request, when versions share a server (`/v2/models/m/versions/7/infer`). */
  readonly path?: string;
  /** Replaces the JSON body's `model`, when adapters share a server. */
  readonly model?: string;
}

export interface ServingProof {
  readonly ready: boolean;
  /** What was checked, in words, each with its result. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

export interface DeployTarget {
  readonly kind: 'triton' | 'vllm';
  /** Puts the files where the server reads them. Never touches a version that is served. @returns the server's own version number or adapter name */
  stage(artifact: Artifact): Promise<{ readonly servedAs: string }>;
  load(name: string, servedAs: string): Promise<void>;
  /** Readiness chain, served version, and sample requests answered as expected. */
  prove(name: string, servedAs: string, samples: readonly unknown[]): Promise<ServingProof>;
  endpoint(name: string, servedAs: string): Endpoint;
  /** Versions loaded now. */
  served(name: string): Promise<readonly string[]>;
  unload(name: string, servedAs: string): Promise<void>;
}
