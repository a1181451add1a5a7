// Bundles the VS Code extension into extension/dist and holds it to its budget.
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');
const extension = join(root, 'extension');
const dist = join(extension, 'dist');

/** Bytes of the bundle that VS Code loads. What is loaded later counts for the VSIX only. */
const budget = 250_000;
/** From `extension/src`: each becomes a bundle of its own, loaded by the first `import()` of it. */
const loadedLater = ['repository/store-settings.ts'];

const chunkName = (source: string): string => `${basename(source, '.ts')}.cjs`;

const laterChunks: Plugin = {
  name: 'pawl-later-chunks',
  setup: (host) => {
    host.onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
      const source = loadedLater.find((later) => join(resolveDir, path) === join(extension, 'src', later));
      return source === undefined || kind !== 'dynamic-import'
        ? undefined
        : { path: `./${chunkName(source)}`, external: true };
    });
  },
};

/** No module of ours acts when it is loaded, so what is not used can go, schemas included. */
const withoutEffects: Plugin = {
  name: 'pawl-without-effects',
  setup: (host) => {
    host.onResolve({ filter: /^(?:@pawl\/|\.)/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === 'asked' || kind === 'entry-point') return undefined;
      if (path.startsWith('.') && !importer.startsWith(join(root, 'packages'))) return undefined;
      const found = await host.resolve(path, { kind, importer, resolveDir, pluginData: 'asked' });
      return { ...found, sideEffects: false };
    });
  },
};

rmSync(dist, { recursive: true, force: true });
const { outputs } = (
  await build({
    entryPoints: ['extension.ts', ...loadedLater].map((source) => ({
      in: join(extension, 'src', source),
      out: basename(source, '.ts'),
    })),
    outdir: dist,
    outExtension: { '.js': '.cjs' },
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
    // The same code as modules: what is not used can go, which the package's form for Node does not allow.
    alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'dist', 'index.js') },
    plugins: [laterChunks, withoutEffects],
  })
).metafile;

const sizeOf = (name: string): number => readFileSync(join(dist, name)).byteLength;
const bytes = sizeOf('extension.cjs');
console.log(`extension/dist/extension.cjs ${bytes} bytes, ${Math.round((bytes / budget) * 100)} % of its budget`);
for (const source of loadedLater)
  console.log(`extension/dist/${chunkName(source)} ${sizeOf(chunkName(source))} bytes, loaded later`);
if (bytes > budget) {
  console.error(
    `extension.cjs is over its budget of ${budget} bytes. Its largest parts:\n${largestParts().join('\n')}`,
  );
  process.exitCode = 1;
}

function largestParts(): readonly string[] {
  return Object.entries(outputs['extension/dist/extension.cjs']?.inputs ?? {})
    .toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 25)
    .map(([path, { bytesInOutput }]) => `${String(bytesInOutput).padStart(8)}  ${path}`);
}
