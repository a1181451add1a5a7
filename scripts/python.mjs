// Virtual environments for the peers written in Python, each with its pinned requirements, kept between runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './bootstrap.mjs';

const cache = join(
  process.env.PAWL_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pawl'),
  'python',
);

/**
 * @param requirements list of pinned requirements, or the path of a requirements file
 * @param alone nothing is installed but what is listed, whatever that asks for
 * @returns { bin, interpreter } of an environment that has them, or { missing: reason }
 */
export async function python(name, requirements, { alone = false } = {}) {
  if (spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status !== 0)
    return { missing: 'Python 3 with venv is not installed' };
  const list = Array.isArray(requirements) ? requirements.join('\n') : readFileSync(requirements, 'utf8');
  const folder = join(cache, `${name}-${createHash('sha256').update(list).digest('hex').slice(0, 12)}`);
  const bin = join(folder, 'bin');
  const found = { bin, interpreter: join(bin, 'python') };
  if (existsSync(join(folder, 'ready'))) return found;
  mkdirSync(cache, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(join(cache, `${name}.txt`), list);
  console.log(`Installing the Python peer ${name} …`);
  const made = await run('python3', ['-m', 'venv', folder], { quiet: true });
  const installed =
    made === 0
      ? await run(
          join(bin, 'pip'),
          [
            'install',
            '--quiet',
            '--disable-pip-version-check',
            ...(alone ? ['--no-deps'] : []),
            '-r',
            join(cache, `${name}.txt`),
          ],
          { quiet: true },
        )
      : 1;
  if (installed !== 0) return { missing: `pip could not install ${name}` };
  writeFileSync(join(folder, 'ready'), '');
  return found;
}
