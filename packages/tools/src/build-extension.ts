// Bundles the VS Code extension into extension/dist and holds it to its budget.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');
const extension = join(root, 'extension');
const dist = join(extension, 'dist');

/** Bytes of the minified host bundle. */
const budget = 250_000;

/** No module of ours acts when it is loaded, so what is not used can go, schemas included. */
const withoutEffects: Plugin = {
  name: 'pawl-without-effects',
  setup: (host) => {
    host.onResolve({ filter: /^@pawl\// }, async (args) => {
      if (args.pluginData === 'asked') return undefined;
      const { kind, importer, resolveDir } = args;
      const found = await host.resolve(args.path, { kind, importer, resolveDir, pluginData: 'asked' });
      return { ...found, sideEffects: false };
    });
    host.onResolve({ filter: /^\.\.?\// }, async (args) => {
      if (args.pluginData === 'asked' || !/[\\/]packages[\\/]/.test(args.importer)) return undefined;
      const { kind, importer, resolveDir } = args;
      const found = await host.resolve(args.path, { kind, importer, resolveDir, pluginData: 'asked' });
      return { ...found, sideEffects: false };
    });
  },
};

rmSync(dist, { recursive: true, force: true });
const result = await build({
  entryPoints: [join(extension, 'src', 'extension.ts')],
  outfile: join(dist, 'extension.cjs'),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  external: ['vscode'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  absWorkingDir: root,
  // The same code as modules: what is not used can go, which the default for Node does not allow.
  alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'dist', 'index.js') },
  plugins: [withoutEffects],
});

const bytes = readFileSync(join(dist, 'extension.cjs')).byteLength;
const share = Math.round((bytes / budget) * 100);
console.log(`extension/dist/extension.cjs ${bytes} bytes (${share} % of the budget of ${budget})`);
if (process.argv.includes('--verbose')) console.log(largest(result.metafile.outputs).join('\n'));
if (bytes > budget) {
  console.error(`The bundle is over its budget. Its largest parts:\n${largest(result.metafile.outputs).join('\n')}`);
  process.exitCode = 1;
}

function largest(outputs: typeof result.metafile.outputs): readonly string[] {
  return Object.values(outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 25)
    .map(([path, { bytesInOutput }]) => `${String(bytesInOutput).padStart(8)}  ${path}`);
}
