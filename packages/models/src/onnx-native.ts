// Which runtime scores: WebAssembly, or the native one where it is installed or asked for.
//
// Native code comes from two places only: beside Pawl's own package, and from the cache that Pawl fills itself through
// the user's npm, checked against the hashes below. Never from the folder Pawl is called in: a change under review could
// bring a `node_modules` of its own, and run code where the job's token is.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from '@pawl/core';
import { cachedNativeEngine, fetchNativeEngine, NativeEngineError, type NativeEngine } from '@pawl/wire';
import { loadNativeRuntime } from './onnx-runtime.ts';

export type RuntimeChoice = 'auto' | 'native' | 'wasm';

export interface RuntimeRequest {
  /** `auto` takes the native one where it is installed already; `native` fetches it, or fails. */
  readonly choice: RuntimeChoice;
  /** Folder that outlives the job, outside the repository. */
  readonly toolCache: string;
  /** Any folder of the repository under judgement. */
  readonly workspace: string;
  readonly trust: 'own' | 'fork';
  readonly progress?: (message: string) => void;
  /** A file of Pawl's own package; default: this module. */
  readonly own?: string;
  /** The npm to ask; default `npm` on the PATH. */
  readonly npm?: string;
}

/** Options of `onnxScorer`. */
export interface FoundRuntime {
  /** Folder of the package `onnxruntime-node`; absent where WebAssembly scores. */
  readonly native?: string;
  /** Why it does, where the user may have expected otherwise. */
  readonly note?: string;
}

/** The same version as `onnxruntime-web`. */
const version = '1.30.0';

const library: NativeEngine = {
  package: 'onnxruntime-node',
  version,
  integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
  file: `bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`,
  needs: [
    {
      package: 'onnxruntime-common',
      version,
      integrity: 'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==',
    },
  ],
  // One platform of five, and not the script that would fetch files for graphics cards.
  keeps: (path) =>
    !/^(?:bin|script|lib)\//.test(path) || path.startsWith(`bin/napi-v6/${process.platform}/${process.arch}/`),
};

/** Those that the package has a binding for. */
const platforms: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** @throws ModelError where `native` was asked for and cannot be had; with `auto` never */
export async function findRuntime(request: RuntimeRequest): Promise<FoundRuntime> {
  const { choice, trust } = request;
  if (choice === 'wasm') return {};
  if (trust === 'fork') {
    if (choice === 'auto') return {};
    throw new ModelError('MODEL_RUNTIME_UNSAFE', "A fork's model is not given to native code.", {
      file: library.package,
      hint: 'Judge pull requests of forks with `onnx-runtime: wasm`, where a model can reach nothing.',
    });
  }
  return choice === 'native' ? { native: await askedFor(request) } : whereInstalled(request);
}

async function whereInstalled(request: RuntimeRequest): Promise<FoundRuntime> {
  const beside = installedBeside(request.own);
  const fits = beside?.version === version;
  const native = fits ? beside.folder : liesInside(request) ? undefined : await cached(request);
  if (native === undefined) {
    if (beside === undefined) return {};
    return { note: `onnxruntime-node ${beside.version} lies beside Pawl, which works with ${version}.` };
  }
  try {
    await loadNativeRuntime(native, library.package);
    return { native };
  } catch (error) {
    return { note: (error as ModelError).message };
  }
}

async function askedFor(request: RuntimeRequest): Promise<string> {
  const beside = installedBeside(request.own);
  if (beside?.version === version) return beside.folder;
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) throw missing(`onnxruntime-node has no binding for ${platform}.`);
  if (liesInside(request)) {
    throw new ModelError(
      'MODEL_RUNTIME_UNSAFE',
      'The cache lies inside the repository, where a change could bring a runtime of its own.',
      { file: library.package, hint: 'Let XDG_CACHE_HOME (RUNNER_TOOL_CACHE on a runner) name a folder outside.' },
    );
  }
  try {
    return (await cached(request)) ?? folderOf(await fetchNativeEngine(engineOf(request)));
  } catch (cause) {
    if (cause instanceof NativeEngineError) throw missing(cause.message, cause);
    throw cause;
  }
}

const engineOf = ({ toolCache, progress, npm }: RuntimeRequest) => ({
  ...library,
  toolCache,
  ...(progress !== undefined && { progress }),
  ...(npm !== undefined && { npm }),
});

async function cached(request: RuntimeRequest): Promise<string | undefined> {
  const binding = await cachedNativeEngine(engineOf(request));
  return binding === undefined ? undefined : folderOf(binding);
}

const folderOf = (binding: string): string => binding.slice(0, -library.file.length - 1);

const missing = (message: string, cause?: unknown): ModelError =>
  new ModelError('MODEL_RUNTIME_MISSING', message, {
    file: library.package,
    hint: `Install onnxruntime-node@${version} beside Pawl, or score with \`onnx-runtime: wasm\`.`,
    cause,
  });

/**
 * In the package's own `node_modules`, or in the one that the package lies in. Node would look further up: there may be
 * the repository that Pawl was put into.
 */
function installedBeside(own = fileURLToPath(import.meta.url)): { folder: string; version: string } | undefined {
  const root = ancestorsOf(own).find((folder) => existsSync(join(folder, 'package.json')));
  if (root === undefined) return undefined;
  const above = basename(dirname(root)).startsWith('@') ? dirname(dirname(root)) : dirname(root);
  const places = [join(root, 'node_modules'), ...(basename(above) === 'node_modules' ? [above] : [])];
  for (const place of places) {
    const folder = join(place, library.package);
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
      return { folder, version: String(manifest.version) };
    } catch {
      // Not there, or no package: the next place.
    }
  }
  return undefined;
}

/** Whether what lies in the cache may have come with the repository. */
function liesInside({ toolCache, workspace }: RuntimeRequest): boolean {
  const start = resolve(workspace, 'x');
  const top = ancestorsOf(start).find((folder) => existsSync(join(folder, '.git'))) ?? dirname(start);
  const path = relative(realPathOf(top), realPathOf(toolCache));
  return !isAbsolute(path) && path.split(/[\\/]/)[0] !== '..';
}

/** With links followed, as far up as something is there. */
function realPathOf(path: string): string {
  const there = [resolve(path), ...ancestorsOf(resolve(path))].find((folder) => existsSync(folder));
  return there === undefined ? resolve(path) : join(realpathSync(there), relative(there, resolve(path)));
}

function ancestorsOf(path: string): string[] {
  const found: string[] = [];
  for (let at = dirname(path); ; at = dirname(at)) {
    found.push(at);
    if (at === dirname(at)) return found;
  }
}
