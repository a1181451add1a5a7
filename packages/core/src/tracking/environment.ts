// What a run's environment says, read from what programs print. Variables of the environment are never recorded.

/** Files that pin what is installed; their digests tell whether two runs had the same packages. */
export const lockfiles = [
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'uv.lock',
  'poetry.lock',
  'pdm.lock',
  'pixi.lock',
  'Pipfile.lock',
  'conda-lock.yml',
  'environment.yml',
  'environment.yaml',
  'requirements*.txt',
] as const;

/** Those that pin packages of Python: where one is, the run's Python is asked for its version. */
export const isPythonLockfile = (path: string): boolean => !/^(?:package-lock|pnpm-lock|yarn)/.test(path);

/** @param text of `nvidia-smi --query-gpu=name,driver_version --format=csv,noheader`: one line a device */
export function readGpus(text: string): Readonly<Record<string, string>> {
  const rows = text.split('\n').flatMap((line) => {
    const [name = '', driver = ''] = line.split(',').map((cell) => cell.trim());
    return name === '' || driver === '' ? [] : [{ name, driver }];
  });
  const [first] = rows;
  if (first === undefined) return {};
  const counts = Map.groupBy(rows, ({ name }) => name);
  return {
    gpu: [...counts].map(([name, { length }]) => counted(name, length)).join(', '),
    'gpu-driver': first.driver,
  };
}

/** @param text of plain `nvidia-smi`: the newest CUDA its driver can serve */
export const readDriverCuda = (text: string): string | undefined => /CUDA Version:\s*([\d.]+)/.exec(text)?.[1];

/** @param text of CUDA's own version.json */
export const readToolkitCuda = (text: string): string | undefined =>
  /"cuda"\s*:\s*\{[^}]*"version"\s*:\s*"([\d.]+)"/.exec(text)?.[1];

/** @param text of `python3 --version` */
export const readPythonVersion = (text: string): string | undefined => /^Python (\d+\.\d+\.\S+)/.exec(text)?.[1];

/** `2 × Xeon`; one alone is named without a number. */
export const counted = (name: string, count: number): string => (count === 1 ? name : `${count} × ${name}`);
