// Stands in for `@duckdb/node-bindings` in a bundle: loads the native file that `binding.ts` was given.
// DuckDB's own package would require one of eight platform packages, none of which a bundle contains.
'use strict';

const path = globalThis[Symbol.for('pawl.duckdb-binding')];
if (typeof path !== 'string') {
  throw new Error('no native binding was chosen before DuckDB was first used');
}
process.dlopen(module, path);
