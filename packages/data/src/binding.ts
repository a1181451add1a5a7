// Loads DuckDB's JavaScript on first use, on top of the native binding that was chosen.
//
// In a bundle the 71 MB binding is not inside: the build aliases `@duckdb/node-bindings` to
// `bindings-shim.cjs`, which loads the file named under `bindingSymbol`. Outside a bundle the package's own
// resolution holds, and a chosen file is put in its place in the module cache.
import { createRequire } from 'node:module';
import { DataError } from '@pawl/core';

/** `globalThis[bindingSymbol]` is the path of `duckdb.node`; the shim knows it by the same name. */
const bindingSymbol = Symbol.for('pawl.duckdb-binding');

type DuckDb = typeof import('@duckdb/node-api');

let loaded: Promise<DuckDb> | undefined;

/**
 * One binding serves a whole process: native modules cannot be unloaded, so the first choice stays.
 * @throws DataError when no binding fits this platform or the file is none
 */
export function loadDuckDb(bindings?: string): Promise<DuckDb> {
  loaded ??= importDuckDb(bindings).catch((cause: unknown) => {
    loaded = undefined;
    throw new DataError('DATA_ENGINE_UNAVAILABLE', `DuckDB cannot be loaded: ${messageOf(cause)}.`, {
      ...(bindings !== undefined && { file: bindings }),
      hint: 'Give the path of a duckdb.node made for this platform (input "duckdb-path"), or leave it out to have it fetched.',
    });
  });
  return loaded;
}

async function importDuckDb(bindings: string | undefined): Promise<DuckDb> {
  if (bindings !== undefined) {
    Object.assign(globalThis, { [bindingSymbol]: bindings });
    replaceInstalledBinding(bindings);
  }
  // A bundler gives a CommonJS module as `default` alone.
  const module = (await import('@duckdb/node-api')) as DuckDb & { readonly default?: DuckDb };
  return module.DuckDBInstance === undefined && module.default !== undefined ? module.default : module;
}

/** Does nothing in a bundle: there is no installed package to replace, and the shim does the work. */
function replaceInstalledBinding(path: string): void {
  const require = createRequire(import.meta.url);
  let installed: string;
  try {
    const fromHere = createRequire(require.resolve('@duckdb/node-api'));
    installed = fromHere.resolve('@duckdb/node-bindings');
  } catch {
    return;
  }
  const replaced = { exports: {}, loaded: true, id: installed, filename: installed };
  process.dlopen(replaced, path);
  require.cache[installed] = replaced as unknown as NodeJS.Module;
}

const messageOf = (cause: unknown): string =>
  cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
