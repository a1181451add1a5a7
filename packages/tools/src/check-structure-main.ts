// Holds every tracked file to the laws of the house, and names each breach at its line.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './bundle.ts';
import { checkStructure } from './structure.ts';

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: projectRoot,
  encoding: 'utf8',
});
const files = listed
  .split('\0')
  .filter((path) =>
    /^(?:packages|actions|extension|bench|scripts|docs|\.github)\/.*\.(?:ts|mjs|md|ya?ml)$|^[^/]+\.md$/.test(path),
  )
  .flatMap((path) => {
    try {
      return [{ path, text: readFileSync(join(projectRoot, path), 'utf8') }];
    } catch {
      // Listed and deleted: not part of the tree any more.
      return [];
    }
  });
const breaches = checkStructure(files);
for (const { path, line, law } of breaches) console.log(`${path}:${line}: ${law}`);
console.log(`${files.length} files, ${breaches.length} breaches`);
process.exitCode = breaches.length === 0 ? 0 : 1;
