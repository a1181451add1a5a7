// One command of the command line, with a bundle of its own: all that it needs at its start is one file, since each
// takes a few milliseconds to find, read and link. Rolldown can do that; esbuild makes a chunk of every group.
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { rolldown, type OutputOptions, type Plugin, type RolldownOutput } from 'rolldown';
import { asScript } from './as-script.ts';
import { builtinByNeed } from './builtins-by-need.ts';
import { laterModule, laterText, madeWhenUsed } from './made-when-used.ts';
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
  /** Modules loaded on demand that it always asks for: they are part of the entry. */
  readonly atOnce: readonly string[];
  readonly alias: Readonly<Record<string, string>>;
  readonly define: Readonly<Record<string, string>>;
}

/** @returns bytes of all its scripts */
export async function bundleCommand(request: CommandBundleRequest): Promise<number> {
  const { entry, target, name } = request;
  const apart = await bundleThreads(request);
  const imports = new Map<string, readonly string[]>();
  const graph: Plugin = {
    name: 'pawl-graph',
    moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
  };
  const build = await rolldown({
    ...inputs(request, [...apart.plugins, asOurs(request), graph]),
    input: { [name]: entry },
    // What chunks share with the entry they take from it.
    preserveEntrySignatures: 'allow-extension',
  });
  let start: ReadonlySet<string> | undefined;
  const atStart = (id: string): boolean => (start ??= reachedFrom(entry, imports)).has(id);
  const { output } = await build.write({
    ...outputs(target),
    entryFileNames: '[name].mjs',
    codeSplitting: { groups: [{ name, test: atStart }] },
  });
  const own = output.find((file) => file.type === 'chunk' && file.isEntry);
  if (own?.type !== 'chunk') throw new Error(`${name} has no file of its own`);
  const { script, module } = asScript(own.code, name);
  await writeFile(join(target, `${name}.js`), script);
  await writeFile(join(target, `${name}.mjs`), module);
  return bytesOf(output) + apart.bytes;
}

/** Modules that are executed before the entry is. */
function reachedFrom(entry: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([entry]);
  for (const id of found) for (const each of imports.get(id) ?? []) found.add(each);
  return found;
}

const inputs = ({ root, alias, define }: CommandBundleRequest, plugins: readonly Plugin[]) => ({
  cwd: root,
  platform: 'node' as const,
  logLevel: 'warn' as const,
  plugins: [...plugins],
  resolve: { alias: { ...alias } },
  transform: { define: { ...define }, target: 'node22' },
});

const outputs = (target: string): OutputOptions => ({
  dir: target,
  format: 'esm',
  minify: true,
  chunkFileNames: 'chunks/[name]-[hash].mjs',
});

const bytesOf = (output: RolldownOutput['output']): number =>
  output.reduce((sum, file) => sum + (file.type === 'chunk' ? Buffer.byteLength(file.code) : 0), 0);

/** Modules that a thread of their own imports by their address, and whose exports it calls by name. */
const threads = ['packages/sandbox/src/thread.ts', 'packages/models/src/embedding/encoder-thread.ts'] as const;

/** Built by themselves: what they share with the command would have to be taken out of its one file. */
async function bundleThreads(
  request: CommandBundleRequest,
): Promise<{ readonly bytes: number; readonly plugins: readonly Plugin[] }> {
  const { root, target } = request;
  const build = await rolldown({
    ...inputs(request, [asOurs(request)]),
    input: Object.fromEntries(threads.map((file) => [basename(file, '.ts'), join(root, file)])),
  });
  const { output } = await build.write({ ...outputs(target), entryFileNames: 'chunks/[name]-[hash].mjs' });
  const files = new Map(
    output.flatMap((file) =>
      file.type === 'chunk' && file.isEntry && file.facadeModuleId !== null
        ? [[file.facadeModuleId, join(target, file.fileName)] as const]
        : [],
    ),
  );
  const elsewhere: Plugin = {
    name: 'pawl-threads',
    resolveId: async function (id, importer) {
      if (!threads.some((file) => basename(id) === basename(file))) return undefined;
      const found = await this.resolve(id, importer, { skipSelf: true });
      const file = files.get(found?.id ?? '');
      return file === undefined ? undefined : { id: file, external: 'relative' };
    },
  };
  return { bytes: bytesOf(output), plugins: [elsewhere] };
}

function asOurs({ root, without, atOnce }: CommandBundleRequest): Plugin {
  const pastIndexes = goingPastIndexes(root);
  return {
    name: 'pawl-as-ours',
    resolveId: (id, importer, { kind }) => {
      if (id.startsWith('node:')) {
        // Rolldown's own beginning is executed before what stands in a module's place.
        const own = kind === 'import-statement' && importer?.includes('rolldown') !== true;
        return own ? { id: `\0${id}`, moduleSideEffects: false } : { id, external: true };
      }
      if (id === laterModule) return { id, moduleSideEffects: false };
      return kind === 'dynamic-import' && without.test(id) ? { id: `\0left-out:${id}` } : undefined;
    },
    load: (id) => {
      if (id.startsWith('\0node:')) return builtinByNeed(id.slice(1));
      if (id === laterModule) return laterText;
      if (!id.startsWith('\0left-out:')) return undefined;
      return `throw new Error(${JSON.stringify(`${id.slice('\0left-out:'.length)} is not part of this bundle.`)});`;
    },
    transform: (text, id) =>
      ownSource.test(id) ? { code: pastIndexes(madeWhenUsed(importedAtOnce(text, atOnce)), id), map: null } : undefined,
  };
}

/** A promise of what is there already, in place of each `import()`. */
function importedAtOnce(text: string, modules: readonly string[]): string {
  const found = modules.filter((module) => text.includes(`import('${module}')`));
  return found.reduce(
    (changed, module, index) =>
      `import * as atOnce${index} from '${module}';\n${changed.replaceAll(`import('${module}')`, `Promise.resolve(atOnce${index})`)}`,
    text,
  );
}
