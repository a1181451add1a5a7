// Finds a native engine (DuckDB's 71 MB binding, ONNX Runtime's 46 MB) for a bundle that cannot carry it, and proves
// what it fetched.
//
// The order: a path the user gave · the tool cache · a package installed beside this file · the runner's own
// npm, so that the user's registry, mirror and proxy settings hold and this code names no host. What npm hands
// over is unpacked only when it has the integrity hash that our lock file recorded.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unpackTarball } from './native-engine-tarball.ts';

/** A package as a lock file knows it. */
export interface LockedPackage {
  /** `@duckdb/node-bindings-linux-x64`. */
  readonly package: string;
  readonly version: string;
  /** `sha512-<base64>`, of the tarball. */
  readonly integrity: string;
}

/** One package of one platform. */
export interface NativeEngine extends LockedPackage {
  /** Inside the package: `duckdb.node`. */
  readonly file: string;
  /** Packages that it needs, put into its own `node_modules`. */
  readonly needs?: readonly LockedPackage[];
  /** Which files of the package are kept, by their paths in it; left out, all. */
  readonly keeps?: (path: string) => boolean;
}

export interface NativeEngineRequest extends NativeEngine {
  /** Folder that outlives the job: the runner's tool cache, or the user's cache folder. */
  readonly toolCache: string;
  /** A path the user gave, for closed networks; then nothing else is tried. */
  readonly override?: string;
  /** Look for an installed package from this file upwards; default: this module. */
  readonly beside?: string;
  /** The npm to ask; default `npm` on the PATH. */
  readonly npm?: string;
  /** Progress in words. */
  readonly progress?: (message: string) => void;
}

/** Why there is no engine, and what helps. */
export class NativeEngineError extends Error {
  override readonly name = 'NativeEngineError';
  /** `ENGINE_PATH_MISSING`, `ENGINE_NPM_FAILED`, `ENGINE_INTEGRITY`, `ENGINE_TARBALL`, `ENGINE_PLATFORM`. */
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * @returns absolute path of the native file; its package's other files lie beside it
 * @throws NativeEngineError when the given path does not exist, npm cannot fetch it, or the hash differs
 */
export async function resolveNativeEngine(request: NativeEngineRequest): Promise<string> {
  if (request.override !== undefined) {
    const path = resolve(request.override);
    if (await exists(path)) return path;
    throw new NativeEngineError(
      'ENGINE_PATH_MISSING',
      `There is no engine at "${request.override}".`,
      'Correct the path, or leave it out to have the engine fetched.',
    );
  }
  return (await cachedNativeEngine(request)) ?? (await installedBeside(request)) ?? fetchNativeEngine(request);
}

/** @returns absolute path of the native file that was fetched before; undefined where none was */
export async function cachedNativeEngine(request: NativeEngineRequest): Promise<string | undefined> {
  const cached = join(cacheFolder(request), request.file);
  return (await exists(cached)) ? cached : undefined;
}

/** The hashes are part of the path: a cache that another version or a forger filled is never read. */
function cacheFolder({ package: name, version, integrity, needs = [], toolCache }: NativeEngineRequest): string {
  const hashes = [integrity, ...needs.map((each) => each.integrity)].join('\n');
  const mark = createHash('sha256').update(hashes).digest('hex').slice(0, 16);
  return join(toolCache, 'pawl-engines', name.replaceAll(/[^a-z0-9-]+/gi, '-').replace(/^-/, ''), version, mark);
}

/** Only the exact version counts: the JavaScript in the bundle was built for it. */
async function installedBeside(request: NativeEngineRequest): Promise<string | undefined> {
  const require = createRequire(request.beside ?? import.meta.url);
  try {
    const manifest = require.resolve(`${request.package}/package.json`);
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version?: unknown };
    const path = join(dirname(manifest), request.file);
    return version === request.version && (await exists(path)) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Fetches it anew through npm, and what it needs.
 * @returns absolute path of the native file
 * @throws NativeEngineError
 */
export async function fetchNativeEngine(request: NativeEngineRequest): Promise<string> {
  const folder = cacheFolder(request);
  const { package: name, version, needs = [], keeps } = request;
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  await using _ = { [Symbol.asyncDispose]: () => rm(work, { recursive: true, force: true }) };
  request.progress?.(`Fetching ${name}@${version}, once for this machine.`);
  const unpacked = join(work, 'unpacked');
  const from = { work, npm: request.npm };
  await fetchInto(unpacked, request, { ...from, ...(keeps !== undefined && { keeps }) });
  for (const needed of needs) await fetchInto(join(unpacked, 'node_modules', needed.package), needed, from);
  if (!(await exists(join(unpacked, request.file))))
    throw new NativeEngineError('ENGINE_PLATFORM', `${name}@${version} has no ${request.file}.`, retry);
  // Another job may have been quicker. Its folder has the same hash in its name, so either will do.
  await rename(unpacked, folder).catch(async (cause: unknown) => {
    if (!(await exists(join(folder, request.file)))) throw cause;
  });
  return join(folder, request.file);
}

interface FetchedFrom {
  readonly work: string;
  readonly npm: string | undefined;
  readonly keeps?: (path: string) => boolean;
}

async function fetchInto(target: string, wanted: LockedPackage, { work, npm, keeps }: FetchedFrom): Promise<void> {
  const { package: name, version, integrity } = wanted;
  const tarball = await readFile(await npmPack(work, wanted, npm));
  const [algorithm = '', expected = ''] = integrity.split(/-(.*)/s);
  if (algorithm !== 'sha512' || createHash(algorithm).update(tarball).digest('base64') !== expected) {
    throw new NativeEngineError(
      'ENGINE_INTEGRITY',
      `${name}@${version} does not have the recorded hash; it was not unpacked.`,
      'Ask whoever runs your package registry or proxy why it serves another file.',
    );
  }
  try {
    await unpackTarball(tarball, target, keeps);
  } catch (cause) {
    throw new NativeEngineError('ENGINE_TARBALL', `${name} cannot be unpacked: ${messageOf(cause)}.`, retry);
  }
}

const retry = 'Run the job again; where packages cannot be fetched, give the engine as a path.';

async function npmPack(work: string, { package: name, version }: LockedPackage, npm = 'npm'): Promise<string> {
  const windows = process.platform === 'win32';
  try {
    const { stdout } = await promisify(execFile)(
      npm,
      ['pack', `${name}@${version}`, '--json', '--ignore-scripts', '--loglevel=error'],
      { cwd: work, env: environmentForNpm(), shell: windows, maxBuffer: 16_000_000, timeout: 300_000 },
    );
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    if (packed === undefined) throw new Error('npm answered without a file');
    // Older npm writes scoped names with a slash into "filename" but not onto the disk.
    return join(work, packed.filename.replace(/^@/, '').replaceAll('/', '-'));
  } catch (cause) {
    throw new NativeEngineError(
      'ENGINE_NPM_FAILED',
      `npm could not fetch ${name}@${version}: ${npmReason(cause)}.`,
      retry,
    );
  }
}

/** An action's inputs can hold tokens that are none of npm's business. */
function environmentForNpm(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(INPUT_|ACTIONS_)/i.test(name)));
}

/** npm's first line of error, without the addresses and tokens that may stand in it. */
function npmReason(cause: unknown): string {
  const { stderr, code } = cause as { stderr?: string; code?: string };
  if (code === 'ENOENT') return 'there is no npm on this machine';
  const line = stderr?.split('\n').find((text) => /error/i.test(text)) ?? messageOf(cause);
  return line
    .replaceAll(/\w+:\/\/\S+/g, '(address)')
    .replace(/\.$/, '')
    .slice(0, 300);
}

const messageOf = (cause: unknown): string =>
  cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
