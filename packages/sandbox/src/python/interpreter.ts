// Which Python: the one that a suite or the environment names, else the one on the path.
import { execFile } from 'node:child_process';
import { delimiter, isAbsolute } from 'node:path';

export type Interpreter = { readonly command: readonly string[] } | { readonly failure: string };

const probeMs = 10_000;
const remedy = 'install Python 3.8 or newer (in a job: actions/setup-python), or name its program in PROMPTFOO_PYTHON';

/** Where it is searched for: a path in a suite goes from the suite's folder. */
interface Around {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** @param named by a suite or in the environment: then no other is tried */
export async function findPython(named: string | undefined, around: Around): Promise<Interpreter> {
  if (named !== undefined) {
    const found = await probe([named], around);
    return 'command' in found
      ? found
      : { failure: `cannot be run: "${named}", which is named as Python, ${found.problem}; ${remedy}` };
  }
  const problems: string[] = [];
  for (const command of usual) {
    const found = await probe(command, around);
    if ('command' in found) return found;
    problems.push(`${command.join(' ')} ${found.problem}`);
  }
  return { failure: `cannot be run: there is no Python 3 here (${problems.join(', ')}); ${remedy}` };
}

const usual: readonly (readonly string[])[] =
  process.platform === 'win32' ? [['python'], ['py', '-3']] : [['python'], ['python3']];

/** What starts it, past the launchers that are called as it is and cost more than it does; or why it is none. */
function probe(
  command: readonly string[],
  { env, cwd }: Around,
): Promise<{ readonly command: readonly string[] } | { readonly problem: string }> {
  const [program = '', ...args] = command;
  if (!/[\\/]/.test(program) && (env['PATH'] ?? '').split(delimiter).every((folder) => folder === ''))
    return Promise.resolve({ problem: 'is on no path' });
  return new Promise((resolve) => {
    const asked = ['-c', 'import sys; sys.stdout.write("%d.%d %s" % (sys.version_info[:2] + (sys.executable,)))'];
    execFile(
      program,
      [...args, ...asked],
      { cwd, env: { ...env }, timeout: probeMs, windowsHide: true },
      (error, said) => {
        if (error !== null) return resolve({ problem: error.code === 'ENOENT' ? 'is not there' : 'does not start' });
        const [, major = '', minor = '', path = ''] = /^(\d+)\.(\d+) (.*)$/.exec(said.trim()) ?? [];
        if (major !== '3' || Number(minor) < 8) return resolve({ problem: `is Python ${major}.${minor}` });
        resolve({ command: isAbsolute(path) ? [path] : command });
      },
    );
  });
}
