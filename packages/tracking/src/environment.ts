// The machine and the packages a run ran with. No variable of the environment is recorded; they only say where to look.
import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { join } from 'node:path';
import {
  counted,
  isPythonLockfile,
  lockfiles,
  readDriverCuda,
  readGpus,
  readPythonVersion,
  readToolkitCuda,
} from '@pawl/core/tracking';
import type { World } from '@pawl/wiring';
import { probe, type Environment } from './probe.ts';

export async function observeEnvironment(world: World, env: Environment): Promise<Record<string, string>> {
  const [locked, gpus] = await Promise.all([lockfileDigests(world), gpuFacts(env)]);
  const usesPython =
    [...locked.keys()].some(isPythonLockfile) ||
    [env['VIRTUAL_ENV'], env['CONDA_PREFIX']].some((folder) => (folder ?? '') !== '') ||
    (await world.workspace.list('{pyproject.toml,setup.py,.python-version}')).length > 0;
  const python = usesPython ? await pythonVersion(world.root, env) : undefined;
  const cpu = cpus()[0]?.model.trim() ?? '';
  return {
    node: process.versions.node,
    platform: `${platform()}-${arch()}`,
    ...(cpu !== '' && { cpu: counted(cpu, availableParallelism()) }),
    ...(python !== undefined && { python }),
    ...gpus,
    ...Object.fromEntries([...locked].map(([path, digest]) => [`lockfile:${path}`, digest])),
  };
}

async function lockfileDigests({ workspace }: World): Promise<ReadonlyMap<string, string>> {
  const found = await workspace.list(`{${lockfiles.join(',')}}`);
  const digests = await Promise.all(
    found.map(async (path) => [path, (await workspace.fingerprint(path).catch(() => undefined))?.digest] as const),
  );
  return new Map(digests.flatMap(([path, digest]) => (digest === undefined ? [] : [[path, digest] as const])));
}

/** The interpreter of the active environment, then that of the folder, then whatever is in PATH. */
async function pythonVersion(root: string, env: Environment): Promise<string | undefined> {
  const inside = platform() === 'win32' ? ['python.exe', 'Scripts/python.exe'] : ['bin/python'];
  const folders = [env['VIRTUAL_ENV'], env['CONDA_PREFIX'], join(root, '.venv'), join(root, 'venv')];
  const commands = [
    ...folders.flatMap((folder) =>
      folder === undefined || folder === '' ? [] : inside.map((path) => join(folder, path)),
    ),
    'python3',
    'python',
  ];
  for (const command of commands) {
    const said = await probe(command, ['--version'], { env, milliseconds: 1000 });
    const version = said === undefined ? undefined : readPythonVersion(said);
    if (version !== undefined) return version;
  }
  return undefined;
}

async function gpuFacts(env: Environment): Promise<Readonly<Record<string, string>>> {
  const ask = (...args: readonly string[]) => probe('nvidia-smi', args, { env, milliseconds: 3000 });
  const [table, devices, toolkit] = await Promise.all([
    ask(),
    ask('--query-gpu=name,driver_version', '--format=csv,noheader'),
    toolkitCuda(env),
  ]);
  const cuda = toolkit ?? (table === undefined ? undefined : readDriverCuda(table));
  return { ...(devices !== undefined && readGpus(devices)), ...(cuda !== undefined && { cuda }) };
}

async function toolkitCuda(env: Environment): Promise<string | undefined> {
  const folder = env['CUDA_HOME'] ?? env['CUDA_PATH'] ?? '/usr/local/cuda';
  const text = await readFile(join(folder, 'version.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : readToolkitCuda(text);
}
