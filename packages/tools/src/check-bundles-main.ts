// Every action's bundle: the same bytes twice, and within its size.
import { actionBudget, actionBundle } from './action-bundles.ts';
import { checkBundle } from './check-bundles.ts';
import { slugs } from './structure.ts';

let failures = 0;
for (const slug of slugs) {
  const budget = actionBudget(slug);
  const check = await checkBundle(actionBundle(slug), budget);
  const size = `at start ${kilobytes(check.entryBytes)} of ${kilobytes(budget.entryBytes)}, all chunks ${kilobytes(check.scriptBytes)} of ${kilobytes(budget.scriptBytes)}`;
  const same =
    check.differing.length === 0 ? 'same bytes twice' : `differs between two builds: ${check.differing.join(', ')}`;
  console.log(`${slug}: ${size}${check.overBudget ? ' (over budget)' : ''}; ${same}`);
  if (check.overBudget || check.differing.length > 0) failures += 1;
}
process.exitCode = failures === 0 ? 0 : 1;

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} KB`;
}
