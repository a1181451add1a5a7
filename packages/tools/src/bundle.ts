// How an action and the CLI are bundled: ES modules in chunks, the same bytes every time, no native code inside.
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineTableFromLock } from '@pawl/wire';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

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
  const lean = withoutAdapters(onDemandAdapters.filter((name) => !adapters.includes(name)));
  const main = await build({
    ...options(request.target),
    entryPoints: { [request.name]: request.entry },
    plugins: engine === undefined ? [lean] : [lean, engineApart],
    // Beside the entry, so that `./engine.mjs` means the same in each.
    ...(engine !== undefined && { chunkNames: '[name]-[hash]' }),
  });
  const later =
    engine === undefined ? [] : [await build({ ...options(request.target), entryPoints: { engine }, plugins: [lean] })];
  if (request.withOnnx) await copyOnnxRuntime(request.target);
  const entry = Object.keys(main.metafile.outputs).find((file) => file.endsWith(`/${request.name}.mjs`)) ?? '';
  return {
    entryBytes: scriptSize(main.metafile, loadedAtStart(main.metafile, entry)),
    scriptBytes: [main, ...later].reduce(
      (sum, { metafile }) => sum + scriptSize(metafile, Object.keys(metafile.outputs)),
      0,
    ),
  };
}

const scriptSize = (metafile: Metafile, files: Iterable<string>): number =>
  [...files]
    .filter((file) => file.endsWith('.mjs'))
    .reduce((sum, file) => sum + (metafile.outputs[file]?.bytes ?? 0), 0);

const options = (target: string) =>
  ({
    outdir: target,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'external',
    metafile: true,
    logLevel: 'warning',
    absWorkingDir: projectRoot,
    // Some dependencies are CommonJS and require Node's own modules.
    banner: {
      js: "import{createRequire as __pawlRequire}from'node:module';const require=__pawlRequire(import.meta.url);",
    },
    alias: { '@duckdb/node-bindings': join(projectRoot, 'packages/data/src/bindings-shim.cjs') },
    define: { PAWL_ENGINES: JSON.stringify(engineTable()) },
  }) as const satisfies BuildOptions;

const engineApart: Plugin = {
  name: 'pawl-engine-apart',
  setup: (host) => {
    host.onResolve({ filter: /^\.\/engine\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './engine.mjs', external: true } : undefined,
    );
  },
};

/** In place of an adapter that the action never asks for: whoever does has found a bug of ours. */
function withoutAdapters(names: readonly OnDemandAdapter[]): Plugin {
  return {
    name: 'pawl-without-adapters',
    setup: (host) => {
      if (names.length === 0) return;
      host.onResolve({ filter: new RegExp(`^@pawl/(?:${names.join('|')})$`) }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path, namespace: 'left-out' } : undefined,
      );
      host.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
        contents: `throw new Error(${JSON.stringify(`${path} is not part of this bundle.`)});`,
      }));
    },
  };
}

/** The entry and every chunk it imports before it runs. What `import()` brings comes later. */
function loadedAtStart(metafile: Metafile, entry: string): ReadonlySet<string> {
  const found = new Set<string>([entry]);
  for (const file of found) {
    for (const { path, kind, external } of metafile.outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) found.add(path);
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
