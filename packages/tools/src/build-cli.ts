// Bundles the command line into packages/cli/dist.
import { join } from 'node:path';
import { bundleCommand } from './bundle-command.ts';
import { bundle, projectRoot, replacements } from './bundle.ts';

const cli = join(projectRoot, 'packages', 'cli');
const entry = join(cli, 'src/index.ts');
const target = join(cli, 'dist');
const { entryBytes, scriptBytes } = await bundle({ entry, target, name: 'pawl', withOnnx: true });
// The command that is called most, on its own (docs/decisions/2026-11-22-a-quick-start.md).
const apart = await bundleCommand({
  root: projectRoot,
  entry,
  target,
  name: 'eval',
  without: /^\.\/commands\/(?!eval\.ts$)/,
  atOnce: ['./commands/eval.ts', '@pawl/models/asking'],
  ...replacements(),
});
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;
console.log(
  `cli: entry ${kilobytes(entryBytes)}, all chunks ${kilobytes(scriptBytes)}, eval apart ${kilobytes(apart)}`,
);
