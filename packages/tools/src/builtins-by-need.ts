// Node's own modules in a bundle, without what an `import` of them costs at start.
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';

/**
 * Node reads every export of a module of its own that is imported, and some load others when they are read: of
 * `node:crypto` all of Web Crypto, of `node:fs` the streams. Here only exports that somebody names are read, and what
 * Node itself has not loaded when a program starts is loaded at the first call.
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

/** Modules that Node 22 and 24 have loaded before a program starts. */
const loadedAnyway: ReadonlySet<string> = new Set(
  ['buffer', 'events', 'fs', 'module', 'path', 'process', 'timers', 'url', 'util'].map((name) => `node:${name}`),
);

/**
 * A module in its place. An export that nobody names is dropped, since the call that reads it is marked as pure; a
 * function stands for the module's own, which it asks for when it is called.
 */
export function builtinByNeed(name: string): string {
  const module: unknown = process.getBuiltinModule(name);
  const exported = Object.entries(Object.getOwnPropertyDescriptors(module ?? {})).filter(
    ([each]) => each !== 'default' && /^[A-Za-z_$][\w$]*$/.test(each),
  );
  const later = (value: unknown): boolean => !loadedAnyway.has(name) && isPlainFunction(value);
  const forwarded = (each: string): string => `(...given) => builtin().${each}(...given)`;
  return [
    'let loaded;',
    `const builtin = () => (loaded ??= process.getBuiltinModule(${JSON.stringify(name)}));`,
    loadedAnyway.has(name)
      ? 'const whole = /* @__PURE__ */ builtin();'
      : 'const whole = /* @__PURE__ */ new Proxy({}, { get: (_, key) => builtin()[key] });',
    'export default whole;',
    ...exported.map(([each, { value }]) => {
      const own = !later(value)
        ? `/* @__PURE__ */ (() => builtin().${each})()`
        : promisify.custom in (value as object)
          ? `/* @__PURE__ */ Object.defineProperty(${forwarded(each)}, ${asPromise}, { get: () => builtin().${each}[${asPromise}] })`
          : forwarded(each);
      return `const own_${each} = ${own};\nexport { own_${each} as ${each} };`;
    }),
  ].join('\n');
}

/** What `promisify` is to make of a function, as of `execFile`. */
const asPromise = `Symbol.for('nodejs.util.promisify.custom')`;

/** No class, and nothing with other properties of its own. */
function isPlainFunction(value: unknown): boolean {
  if (typeof value !== 'function' || /^[A-Z]/.test(value.name)) return false;
  const usual: readonly unknown[] = ['length', 'name', 'prototype', promisify.custom];
  return Reflect.ownKeys(value).every((key) => usual.includes(key));
}
