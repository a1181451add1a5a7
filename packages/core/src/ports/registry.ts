// Names → versions → labels, as annotated Git tags in GTO's grammar.
export interface RegisteredVersion {
  readonly name: string;
  /** `v1.2.3` */
  readonly version: string;
  readonly commit: string;
  readonly at: string;
  readonly message: string;
  /** Labels that point here now. */
  readonly labels: readonly string[];
  readonly deprecated: boolean;
}

export interface RegistryEvent {
  readonly name: string;
  readonly action: 'register' | 'deregister' | 'label' | 'unlabel' | 'deprecate';
  readonly version?: string;
  readonly label?: string;
  readonly commit: string;
  readonly tag: string;
  readonly at: string;
  readonly actor: string;
  readonly message: string;
}

export interface Registry {
  /** Sorted by name, then highest version first. */
  list(name?: string): Promise<readonly RegisteredVersion[]>;
  /** `at` is a version, a label or `latest`. */
  resolve(name: string, at: string): Promise<RegisteredVersion | undefined>;
  /** Without a version the patch number is bumped; the first is v0.1.0. @throws RegistryError when the version exists on another commit */
  register(request: {
    readonly name: string;
    readonly version?: string;
    readonly commit: string;
    readonly message: string;
  }): Promise<RegisteredVersion>;
  /** Moves a label. When a higher version holds it, that assignment is cancelled first, so that GTO agrees. */
  label(request: {
    readonly name: string;
    readonly version: string;
    readonly label: string;
    readonly message: string;
  }): Promise<void>;
  unlabel(request: { readonly name: string; readonly label: string; readonly message: string }): Promise<void>;
  /** Oldest first. */
  history(name: string): Promise<readonly RegistryEvent[]>;
}
