// ONNX Runtime's WebAssembly build: the same bytes on every machine, nothing native to install.
//
// A bundler imports `onnxruntime-web/wasm` (its glue is inside that entry) and copies one file,
// `onnxruntime-web/ort-wasm-simd-threaded.wasm`, beside the chunk that holds this code. The runtime is loaded
// when the first model is; whoever scores nothing pays nothing. One thread: measured, a second one only costs
// (docs/decisions/2026-11-21-onnx-runtime.md), and it would need a worker file of its own.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ModelError } from '@pawl/core';

export type Runtime = typeof import('onnxruntime-web/wasm');

const wasmFile = 'ort-wasm-simd-threaded.wasm';

/**
 * @param file the model that asks for it, for messages
 * @throws ModelError when the runtime is not where it must be
 */
export async function loadRuntime(wasmPath: string | undefined, file: string): Promise<Runtime> {
  try {
    const runtime = await import('onnxruntime-web/wasm');
    runtime.env.wasm.numThreads = 1;
    runtime.env.logLevel = 'fatal';
    runtime.env.wasm.wasmBinary = await readFile(wasmPath ?? findWasm());
    return runtime;
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

/** What the runtime complains of, without the paths and signatures of its own source code. */
export function reasonOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  const reason = text
    .replace(/^.*?ERROR_MESSAGE: /, '')
    .replace(/\/\S+\.(?:cc|h):\d+ .*?\)(?: \[ONNXRuntimeError\] : \d+ : \w+ :)? /, '')
    .trim();
  return reason === '' ? text : reason;
}
