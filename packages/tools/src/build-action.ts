// node build-action.ts SLUG: bundles an action into actions/SLUG/dist, and holds it to its budget.
import { join } from 'node:path';
import { bundle, projectRoot } from './bundle.ts';

const [slug = ''] = process.argv.slice(2);
const action = join(projectRoot, 'actions', slug);
const { entryBytes, scriptBytes } = await bundle({
  entry: join(action, 'src/main.ts'),
  engine: join(action, 'src/engine.ts'),
  target: join(action, 'dist'),
  name: 'index',
  withOnnx: slug === 'eval-gate',
});
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;
console.log(`${slug}: at start ${kilobytes(entryBytes)}, all chunks ${kilobytes(scriptBytes)}`);
if (entryBytes > 300_000 || scriptBytes > 3_000_000) {
  console.error(
    'Over budget: what is loaded at start may have 300 KB, all chunks together 3 MB. Load what is rare when it is needed.',
  );
  process.exitCode = 1;
}
