// How an action and the CLI are bundled: ES modules in chunks, the same bytes every time, no native code inside.
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineTableFromLock } from '@pawl/wire';
import { build, transform, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { builtinsByNeed } from './builtins-by-need.ts';
import { pastIndexes } from './past-indexes.ts';

export const projectRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

export interface BundleRequest {
  readonly entry: string;
  /** Folder; emptied first. */
  readonly target: string;
  /** Name of the entry chunk, without `.mjs`. */
  readonly name: string;
  /**
   * Bundled apart from the entry, which loads it by `import('./engine.ts')`. In one build esbuild would give the entry
   * every module that both reach through an index file, used there or not: three times the code at each start.
   */
  readonly engine?: string;
  /** ONNX Runtime's WASM file is put beside the chunks. */
  readonly withOnnx: boolean;
  /** Of the adapters that are loaded on demand, those that can be asked for; without it all of them. */
  readonly adapters?: readonly OnDemandAdapter[];
}

/** Adapters that the world loads when it is first asked: a bundle need not hold what its action never asks. */
export const onDemandAdapters = ['data', 'models', 'sandbox', 'serving'] as const;
export type OnDemandAdapter = (typeof onDemandAdapters)[number];

export interface BundleSizes {
  /** What is loaded at start: the entry and the chunks that it imports. */
  readonly entryBytes: number;
  readonly scriptBytes: number;
}

export async function bundle(request: BundleRequest): Promise<BundleSizes> {
  await rm(request.target, { recursive: true, force: true });
  const { engine, adapters = onDemandAdapters } = request;
  const unused: readonly string[] = onDemandAdapters.filter((name) => !adapters.includes(name));
  const left = [...unused.map((name) => `@pawl/${name}`), ...(request.withOnnx ? [] : [onnxRuntime])];
  const lean = [builtinsByNeed, pastIndexes(projectRoot), leavingOut(left)];
  const main = await build({
    ...options(request.target),
    entryPoints: { [request.name]: request.entry },
    plugins: engine === undefined ? lean : [...lean, engineApart],
    // Beside the entry, so that `./engine.mjs` means the same in each.
    ...(engine !== undefined && { chunkNames: '[name]-[hash]' }),
  });
  const later =
    engine === undefined ? [] : [await build({ ...options(request.target), entryPoints: { engine }, plugins: lean })];
  if (request.withOnnx) await copyOnnxRuntime(request.target);
  const entry = entryOf(main.metafile, request.name);
  const reached = [reachable(main.metafile, entry)];
  for (const { metafile } of later) reached.push(reachable(metafile, entryOf(metafile, 'engine')));
  const results = [main, ...later];
  for (const { metafile } of results) await withoutEscapes(metafile);
  await removeUnreached(
    results.flatMap(({ metafile }) => Object.keys(metafile.outputs)),
    new Set(reached.flatMap((files) => [...files])),
  );
  return {
    entryBytes: scriptSize(main.metafile, loadedAtStart(main.metafile, entry)),
    scriptBytes: results.reduce((sum, { metafile }, index) => sum + scriptSize(metafile, reached[index] ?? []), 0),
  };
}

const entryOf = ({ outputs }: Metafile, name: string): string =>
  Object.keys(outputs).find((file) => file.endsWith(`/${name}.mjs`)) ?? '';

/** QuickJS carries its WebAssembly as a text of characters below U+0100: escaped for ASCII it is a third longer. */
async function withoutEscapes({ outputs }: Metafile): Promise<void> {
  for (const [path, output] of Object.entries(outputs)) {
    if (!Object.keys(output.inputs).some((input) => input.includes('/quickjs-singlefile-'))) continue;
    if (output.bytes < 500_000) continue;
    const file = join(projectRoot, path);
    const { code } = await transform(await readFile(file, 'utf8'), { ...printing, charset: 'utf8' });
    await writeFile(file, code);
    output.bytes = Buffer.byteLength(code);
  }
}

/** esbuild writes a chunk for each `import()` that it has read, also where the code around it was dropped. */
async function removeUnreached(files: readonly string[], reached: ReadonlySet<string>): Promise<void> {
  for (const file of files)
    if (!reached.has(file) && !reached.has(file.replace(/\.LEGAL\.txt$/, '')))
      await rm(join(projectRoot, file), { force: true });
}

const scriptSize = (metafile: Metafile, files: Iterable<string>): number =>
  [...files]
    .filter((file) => file.endsWith('.mjs'))
    .reduce((sum, file) => sum + (metafile.outputs[file]?.bytes ?? 0), 0);

const printing = {
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  // esbuild does not know that Node has these, and would compile such an expression anew at each use.
  supported: {
    'regexp-lookbehind-assertions': true,
    'regexp-set-notation': true,
    'regexp-unicode-property-escapes': true,
  },
} as const;

const options = (target: string) =>
  ({
    outdir: target,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    ...printing,
    legalComments: 'external',
    metafile: true,
    logLevel: 'warning',
    absWorkingDir: projectRoot,
    // Some dependencies are CommonJS and require Node's own modules.
    banner: {
      js: "const require=process.getBuiltinModule('module').createRequire(import.meta.url);",
    },
    ...replacements(),
  }) as const satisfies BuildOptions;

/** What every bundle has in place of a module or a name. */
export const replacements = () => ({
  alias: {
    '@duckdb/node-bindings': join(projectRoot, 'packages/data/src/bindings-shim.cjs'),
    // The same parser as ES modules: of its CommonJS, which it offers to Node, all is loaded, one function a file.
    yaml: join(projectRoot, 'node_modules/yaml/browser/index.js'),
  },
  define: { PAWL_ENGINES: JSON.stringify(engineTable()) },
});

const engineApart: Plugin = {
  name: 'pawl-engine-apart',
  setup: (host) => {
    host.onResolve({ filter: /^\.\/engine\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './engine.mjs', external: true } : undefined,
    );
  },
};

const onnxRuntime = 'onnxruntime-web/wasm';

/** In place of what the action never asks for: whoever does has found a bug of ours. */
function leavingOut(names: readonly string[]): Plugin {
  return {
    name: 'pawl-leaving-out',
    setup: (host) => {
      if (names.length === 0) return;
      host.onResolve({ filter: new RegExp(`^(?:${names.join('|')})(?:/.*)?$`) }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path, namespace: 'left-out' } : undefined,
      );
      host.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
        contents: `throw new Error(${JSON.stringify(`${path} is not part of this bundle.`)});`,
      }));
    },
  };
}

/** The entry and every chunk it imports before it runs. What `import()` brings comes later. */
const loadedAtStart = (metafile: Metafile, entry: string): ReadonlySet<string> =>
  reachable(metafile, entry, ['import-statement']);

function reachable(
  metafile: Metafile,
  entry: string,
  kinds: readonly string[] = ['import-statement', 'dynamic-import'],
): ReadonlySet<string> {
  const found = new Set<string>([entry]);
  for (const file of found) {
    for (const { path, kind, external } of metafile.outputs[file]?.imports ?? [])
      if (kinds.includes(kind) && external !== true) found.add(path);
  }
  return found;
}

/** The packages of DuckDB's binding by platform, with the hashes that our lock file holds. */
function engineTable(): unknown {
  return engineTableFromLock(JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')));
}

async function copyOnnxRuntime(target: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const file = 'ort-wasm-simd-threaded.wasm';
  await mkdir(join(target, 'chunks'), { recursive: true });
  await copyFile(require.resolve(`onnxruntime-web/${file}`), join(target, 'chunks', file));
}
