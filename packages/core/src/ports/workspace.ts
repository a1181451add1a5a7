// The user's files. Paths are relative to the root, with forward slashes; nothing outside can be reached.
export interface Workspace {
  /** Undefined when there is no such file. @throws WorkspaceError when it cannot be read, or lies outside */
  read(path: string): Promise<Uint8Array | undefined>;
  readText(path: string): Promise<string | undefined>;
  /** Paths that match a glob, sorted. A plain path matches itself. */
  list(glob: string): Promise<readonly string[]>;
  /** `sha256:…` and size of a file, streamed; undefined when there is none. */
  fingerprint(path: string): Promise<{ readonly digest: string; readonly bytes: number } | undefined>;
  /** Absolute path for engines that open files themselves. @throws WorkspaceError when it lies outside */
  resolve(path: string): Promise<string>;
  write(path: string, data: Uint8Array | string): Promise<void>;
}
