// Node's own modules in a bundle, without what an `import` of them costs at start.
import type { Plugin } from 'esbuild';

/**
 * Node reads every export of a module of its own that is imported, and some load others when they are read: of
 * `node:crypto` all of Web Crypto, of `node:fs` the streams. Here only exports that somebody names are read.
 */
export const builtinsByNeed: Plugin = {
  name: 'pawl-builtins-by-need',
  setup: (host) => {
    host.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin', sideEffects: false } : undefined,
    );
    host.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({ contents: builtinByNeed(path) }));
  },
};

/** A module in its place. An export that nobody names is dropped, since the call that reads it is marked as pure. */
export function builtinByNeed(name: string): string {
  const names = Object.getOwnPropertyNames(process.getBuiltinModule(name) ?? {});
  return [
    `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)});`,
    'export default builtin;',
    ...names
      .filter((each) => each !== 'default' && /^[A-Za-z_$][\w$]*$/.test(each))
      .map(
        (each) => `const own_${each} = /* @__PURE__ */ (() => builtin.${each})();\nexport { own_${each} as ${each} };`,
      ),
  ].join('\n');
}
