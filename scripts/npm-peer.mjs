// Folders for the peers that npm has, each with its pinned package.json, kept between runs: they never come into ours.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './bootstrap.mjs';

const cache = join(
  process.env.PAWL_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pawl'),
  'npm',
);

/**
 * @param manifest path of a package.json with exact versions
 * @returns { folder } that holds node_modules, or { missing: reason }
 */
export async function npmPeer(name, manifest) {
  const text = readFileSync(manifest, 'utf8');
  const folder = join(cache, `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`);
  if (existsSync(join(folder, 'ready'))) return { folder };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), text);
  console.log(`Installing the npm peer ${name} …`);
  // Nothing of it runs while it is installed.
  const options = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if ((await run('npm', ['install', '--prefix', folder, ...options], { quiet: true })) !== 0)
    return { missing: `npm could not install ${name}` };
  writeFileSync(join(folder, 'ready'), '');
  return { folder };
}
