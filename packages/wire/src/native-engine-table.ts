// Which package is the engine of which platform: made of our lock file at build time, looked up at run time.
import type { NativeEngine } from './native-engine.ts';

/** By platform: `linux-x64`, `linux-x64-musl`, `darwin-arm64`, `win32-x64` … */
export type EngineTable = Readonly<Record<string, NativeEngine>>;

const bindings = /(?:^|\/)node_modules\/(@duckdb\/node-bindings-(.+))$/;

/**
 * @param lock a parsed package-lock.json, version 2 or 3
 * @throws Error when it holds no engine, or one without a hash: then the build is wrong, not the user
 */
export function engineTableFromLock(lock: unknown): EngineTable {
  const packages = (lock as { packages?: Record<string, { version?: unknown; integrity?: unknown }> }).packages ?? {};
  const table: Record<string, NativeEngine> = {};
  for (const [path, { version, integrity }] of Object.entries(packages)) {
    const [, name, platform] = bindings.exec(path) ?? [];
    if (name === undefined || platform === undefined) continue;
    if (typeof version !== 'string' || typeof integrity !== 'string' || !integrity.startsWith('sha512-')) {
      throw new Error(`The lock file has no version and sha512 of ${name}.`);
    }
    table[platform] = { package: name, version, integrity, file: 'duckdb.node' };
  }
  if (Object.keys(table).length === 0) throw new Error('The lock file names no @duckdb/node-bindings package.');
  return table;
}

/** The engine of the machine this runs on; undefined when DuckDB has none for it. */
export function engineForThisMachine(table: EngineTable): NativeEngine | undefined {
  return table[enginePlatform(process.platform, process.arch, isMusl())];
}

export const enginePlatform = (platform: string, arch: string, musl: boolean): string =>
  `${platform}-${arch}${platform === 'linux' && musl ? '-musl' : ''}`;

/** Node's own report names the version of glibc it runs on; musl has none. */
function isMusl(): boolean {
  // Without this the report looks up the names of all network addresses, which can take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return process.platform === 'linux' && header?.glibcVersionRuntime === undefined;
}
