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
  /** The whole name is: nothing happened to it since somebody said so. */
  readonly deprecated: boolean;
  /** Taken out of use for good: listed when asked for, and never resolved. */
  readonly archived?: { readonly at: string; readonly actor: string; readonly message: string };
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
  /** The run whose verdict let it happen, by its trailer `Pawl-Gate`. */
  readonly gate?: string;
  /** What was against it when it was forced, by its trailer `Pawl-Forced`. */
  readonly forced?: string;
}

/** Whose name a tag made here would carry. */
export interface Tagger {
  readonly name: string;
  readonly email: string;
}

export interface Registry {
  /**
   * Sorted by name, then highest version first.
   * @param options `archived` adds the versions that were taken out of use
   */
  list(name?: string, options?: { readonly archived?: boolean }): Promise<readonly RegisteredVersion[]>;
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
  /** Marks the whole name as no longer meant for use; the next registration or label ends that, as in GTO. */
  deprecate(request: { readonly name: string; readonly message: string }): Promise<void>;
  /** Takes a version out of use for good, its labels first. @throws RegistryError when it is not registered */
  archive(request: { readonly name: string; readonly version: string; readonly message: string }): Promise<void>;
  /** Oldest first. */
  history(name: string): Promise<readonly RegistryEvent[]>;
  tagger(): Promise<Tagger>;
}
