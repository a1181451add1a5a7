// How an action and the CLI are bundled: ES modules in chunks, the same bytes every time, no native code inside.
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineTableFromLock } from '@pawl/wire';
import { build } from 'esbuild';

export const projectRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

export interface BundleRequest {
  readonly entry: string;
  /** Folder; emptied first. */
  readonly target: string;
  /** Name of the entry chunk, without `.mjs`. */
  readonly name: string;
  /** ONNX Runtime's WASM file is put beside the chunks. */
  readonly withOnnx: boolean;
}

export interface BundleSizes {
  readonly entryBytes: number;
  readonly scriptBytes: number;
}

export async function bundle(request: BundleRequest): Promise<BundleSizes> {
  await rm(request.target, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { [request.name]: request.entry },
    outdir: request.target,
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
  });
  if (request.withOnnx) await copyOnnxRuntime(request.target);
  const scripts = Object.entries(metafile.outputs).filter(([file]) => file.endsWith('.mjs'));
  const size = (keep: (file: string) => boolean) =>
    scripts.filter(([file]) => keep(file)).reduce((sum, [, output]) => sum + output.bytes, 0);
  return { entryBytes: size((file) => file.endsWith(`/${request.name}.mjs`)), scriptBytes: size(() => true) };
}

/** The packages of DuckDB's binding by platform, with the hashes that our lock file holds. */
function engineTable(): unknown {
  return engineTableFromLock(JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')));
}

async function copyOnnxRuntime(target: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const source = dirname(require.resolve('onnxruntime-web'));
  await mkdir(join(target, 'chunks'), { recursive: true });
  for (const file of ['ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.mjs'])
    await copyFile(join(source, file), join(target, 'chunks', file));
}
