// node build-action.ts SLUG: bundles an action into actions/SLUG/dist, and holds it to its budget.
import { join } from 'node:path';
import { actionBudget, actionBundle } from './action-bundles.ts';
import { bundle, projectRoot } from './bundle.ts';

const [slug = ''] = process.argv.slice(2);
const { entryBytes, scriptBytes } = await bundle({
  ...actionBundle(slug),
  target: join(projectRoot, 'actions', slug, 'dist'),
});
const budget = actionBudget(slug);
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;
console.log(`${slug}: at start ${kilobytes(entryBytes)}, all chunks ${kilobytes(scriptBytes)}`);
if (entryBytes > budget.entryBytes || scriptBytes > budget.scriptBytes) {
  console.error(
    `Over budget: what is loaded at start may have ${kilobytes(budget.entryBytes)}, all chunks together ${kilobytes(budget.scriptBytes)}. Load what is rare when it is needed.`,
  );
  process.exitCode = 1;
}
