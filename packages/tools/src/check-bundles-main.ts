// Every action's bundle: the same bytes twice, and within its size.
import { join } from 'node:path';
import { projectRoot } from './bundle.ts';
import { actionBudget, checkBundle } from './check-bundles.ts';
import { slugs } from './structure.ts';

let failures = 0;
for (const slug of slugs) {
  const check = await checkBundle({
    entry: join(projectRoot, 'actions', slug, 'src/main.ts'),
    engine: join(projectRoot, 'actions', slug, 'src/engine.ts'),
    name: 'index',
    withOnnx: slug === 'eval-gate',
  });
  const size = `at start ${kilobytes(check.entryBytes)} of ${kilobytes(actionBudget.entryBytes)}, all chunks ${kilobytes(check.scriptBytes)} of ${kilobytes(actionBudget.scriptBytes)}`;
  const same =
    check.differing.length === 0 ? 'same bytes twice' : `differs between two builds: ${check.differing.join(', ')}`;
  console.log(`${slug}: ${size}${check.overBudget ? ' (over budget)' : ''}; ${same}`);
  if (check.overBudget || check.differing.length > 0) failures += 1;
}
process.exitCode = failures === 0 ? 0 : 1;

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} KB`;
}
