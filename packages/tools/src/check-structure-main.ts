// Holds every tracked file to the laws of the house, and names each breach at its line.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './bundle.ts';
import { brokenLinks } from './links.ts';
import { checkStructure } from './structure.ts';

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: projectRoot,
  encoding: 'utf8',
});
const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(projectRoot, path)));
const files = paths
  .filter((path) =>
    /^(?:packages|actions|extension|bench|scripts|docs|\.github)\/.*\.(?:ts|mjs|md|ya?ml)$|^[^/]+\.md$/.test(path),
  )
  .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }));
const breaches = [...checkStructure(files), ...brokenLinks(files, paths)];
for (const { path, line, law } of breaches) console.log(`${path}:${line}: ${law}`);
console.log(`${files.length} files, ${breaches.length} breaches`);
process.exitCode = breaches.length === 0 ? 0 : 1;
