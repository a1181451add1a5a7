import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { goingPastIndexes } from '../src/past-indexes.ts';

async function tree(files: Readonly<Record<string, string>>): Promise<AsyncDisposable & { readonly root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'pawl-indexes-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

const files = {
  'packages/core/package.json': '{"exports": {".": "./src/index.ts", "./runs": "./src/runs/index.ts"}}',
  'packages/core/src/index.ts': `export { one, type One, two as second } from './one.ts';\nexport {\n  three,\n} from './inner/index.ts';\n`,
  'packages/core/src/inner/index.ts': `export { three } from './three.ts';\n`,
  'packages/core/src/runs/index.ts': `export { four } from './four.ts';\n`,
};

test('a name is taken from the module that has it, through as many indexes as there are', async () => {
  await using here = await tree(files);
  const importer = join(here.root, 'packages/cli/src/main.ts');
  const text = `import {\n  one,\n  second as other,\n  three,\n  type One,\n} from '@pawl/core';\nimport { four } from '@pawl/core/runs';\n`;
  expect(goingPastIndexes(here.root)(text, importer)).toBe(
    [
      `import { one as one } from './../../core/src/one.ts';`,
      `import { two as other } from './../../core/src/one.ts';`,
      `import { three as three } from './../../core/src/inner/three.ts';\n`,
    ].join(' ') + `import { four as four } from './../../core/src/runs/four.ts';\n`,
  );
});

test('other packages, types, files that are no index and names that an index has itself stay as they are', async () => {
  await using here = await tree(files);
  const importer = join(here.root, 'packages/cli/src/main.ts');
  const text = [
    `import { z } from 'zod/mini';`,
    `import { local } from './local.ts';`,
    `import type { One } from '@pawl/core';`,
    `import * as all from '@pawl/core';`,
    '',
  ].join('\n');
  expect(goingPastIndexes(here.root)(text, importer)).toBe(text);
  expect(goingPastIndexes(here.root)(`import { made } from '@pawl/core';`, importer)).toBe(
    `import { made as made } from '@pawl/core';`,
  );
});
