// One command of the command line, with a bundle of its own that starts with as few chunks as there can be: each costs
// about a millisecond. Rolldown can put all that several chunks share into one; esbuild makes a chunk of every group.
import { basename, join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { builtinByNeed } from './builtins-by-need.ts';
import { goingPastIndexes, ownSource } from './past-indexes.ts';

export interface CommandBundleRequest {
  readonly root: string;
  readonly entry: string;
  /** Folder that exists already; chunks are put beside those of others. */
  readonly target: string;
  /** Name of the entry chunk, without `.mjs`. */
  readonly name: string;
  /** Modules loaded on demand that this command never asks for. */
  readonly without: RegExp;
  readonly alias: Readonly<Record<string, string>>;
  readonly define: Readonly<Record<string, string>>;
}

/** @returns bytes of all its scripts */
export async function bundleCommand(request: CommandBundleRequest): Promise<number> {
  const { root, entry, target, name, without, alias, define } = request;
  const build = await rolldown({
    input: { [name]: entry, ...Object.fromEntries(threads.map((file) => [basename(file, '.ts'), join(root, file)])) },
    cwd: root,
    platform: 'node',
    logLevel: 'warn',
    plugins: [asOurs(root, without)],
    resolve: { alias: { ...alias } },
    transform: { define: { ...define }, target: 'node22' },
  });
  const { output } = await build.write({
    dir: target,
    format: 'esm',
    minify: true,
    entryFileNames: (chunk) => (chunk.name === name ? '[name].mjs' : 'chunks/[name]-[hash].mjs'),
    chunkFileNames: 'chunks/[name]-[hash].mjs',
    codeSplitting: {
      groups: [{ name: 'shared', minShareCount: 2, test: (id) => !threads.some((file) => id.endsWith(file)) }],
    },
  });
  return output.reduce((sum, file) => sum + (file.type === 'chunk' ? Buffer.byteLength(file.code) : 0), 0);
}

/** Modules that a thread of their own imports by their address, and whose exports it calls by name. */
const threads = ['packages/sandbox/src/thread.ts', 'packages/models/src/embedding/encoder-thread.ts'] as const;

function asOurs(root: string, without: RegExp): Plugin {
  const rewrite = goingPastIndexes(root);
  return {
    name: 'pawl-as-ours',
    resolveId: (id, _importer, { kind }) => {
      if (id.startsWith('node:'))
        return kind === 'import-statement' ? { id: `\0${id}`, moduleSideEffects: false } : { id, external: true };
      return kind === 'dynamic-import' && without.test(id) ? { id: `\0left-out:${id}` } : undefined;
    },
    load: (id) => {
      if (id.startsWith('\0node:')) return builtinByNeed(id.slice(1));
      if (!id.startsWith('\0left-out:')) return undefined;
      return `throw new Error(${JSON.stringify(`${id.slice('\0left-out:'.length)} is not part of this bundle.`)});`;
    },
    transform: (text, id) => (ownSource.test(id) ? { code: rewrite(text, id), map: null } : undefined),
  };
}
