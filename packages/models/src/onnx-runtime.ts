// ONNX Runtime, as WebAssembly or native: one seam, since both have onnxruntime-common's API.
//
// WebAssembly is the default: the same bytes on every machine, nothing native to install. A bundler imports
// `onnxruntime-web/wasm` (its glue is inside that entry) and copies one file,
// `onnxruntime-web/ort-wasm-simd-threaded.wasm`, beside the chunk that holds this code. The runtime is loaded when the
// first model is; whoever scores nothing pays nothing. One thread on either: docs/decisions/2026-11-21-onnx-runtime.md.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError, type ModelRuntime } from '@pawl/core';
import type { InferenceSession } from 'onnxruntime-web/wasm';

type Library = typeof import('onnxruntime-web/wasm');

export interface Runtime extends Pick<Library, 'InferenceSession' | 'Tensor'> {
  readonly about: ModelRuntime;
  /** Of every session. */
  readonly options: InferenceSession.SessionOptions;
}

const wasmFile = 'ort-wasm-simd-threaded.wasm';

/**
 * @param file the model that asks for it, for messages
 * @throws ModelError when the runtime is not where it must be
 */
export async function loadRuntime(wasmPath: string | undefined, file: string): Promise<Runtime> {
  try {
    const { InferenceSession, Tensor, env } = await import('onnxruntime-web/wasm');
    env.wasm.numThreads = 1;
    env.logLevel = 'fatal';
    env.wasm.wasmBinary = await readFile(wasmPath ?? findWasm());
    const about = { kind: 'wasm', version: env.versions.common } as const;
    return { InferenceSession, Tensor, about, options: { executionProviders: ['wasm'], logSeverityLevel: 4 } };
  } catch (cause) {
    throw new ModelError('MODEL_RUNTIME_MISSING', `ONNX Runtime cannot be loaded: ${reasonOf(cause)}`, {
      file,
      hint: `The file ${wasmFile} must lie beside Pawl's own code; install or build it again.`,
      cause,
    });
  }
}

function findWasm(): string {
  const beside = fileURLToPath(new URL(wasmFile, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`onnxruntime-web/${wasmFile}`);
}

/**
 * @param folder of the package `onnxruntime-node`
 * @param file the model that asks for it, for messages
 * @throws ModelError when it does not run on this machine
 */
export async function loadNativeRuntime(folder: string, file: string): Promise<Runtime> {
  const manifest = join(folder, 'package.json');
  try {
    const { InferenceSession, Tensor, env } = createRequire(manifest)(folder) as Library;
    env.logLevel = 'fatal';
    const about = { kind: 'native', version: env.versions.common } as const;
    return { InferenceSession, Tensor, about, options: nativeOptions(manifest) };
  } catch (cause) {
    throw new ModelError('MODEL_RUNTIME_MISSING', `The native ONNX Runtime cannot be loaded: ${reasonOf(cause)}`, {
      file,
      hint: 'It needs glibc on Linux. Ask for `onnx-runtime: wasm`, which runs everywhere.',
      cause,
    });
  }
}

/** @param someFile below a file there is nothing: tensors in other files are looked for there, if they were overlooked */
const nativeOptions = (someFile: string): InferenceSession.SessionOptions => ({
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
  extra: {
    session: {
      load_model_format: 'ONNX',
      model_external_initializers_file_folder_path: join(someFile, 'nothing'),
    },
  },
});

/** What the runtime complains of, without the paths and signatures of its own source code. */
export function reasonOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  const reason = text
    .replace(/^.*?ERROR_MESSAGE: /, '')
    .replace(/\/\S+\.(?:cc|h):\d+ .*?\)(?: \[ONNXRuntimeError\] : \d+ : \w+ :)? /, '')
    .trim();
  return reason === '' ? text : reason;
}
