// Bundles the command line into packages/cli/dist.
import { join } from 'node:path';
import { bundle, projectRoot } from './bundle.ts';

const cli = join(projectRoot, 'packages', 'cli');
const { entryBytes, scriptBytes } = await bundle({
  entry: join(cli, 'src/index.ts'),
  target: join(cli, 'dist'),
  name: 'pawl',
  withOnnx: true,
  // The command that is called most, on its own: it starts with 7 chunks where the whole would make it load 25.
  again: { name: 'eval', without: /^\.\/commands\/(?!eval\.ts$)/ },
});
console.log(`cli: entry ${Math.round(entryBytes / 1000)} KB, all chunks ${Math.round(scriptBytes / 1000)} KB`);
