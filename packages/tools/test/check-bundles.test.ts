import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { actionBundle } from '../src/action-bundles.ts';
import { bundle } from '../src/bundle.ts';
import { checkBundle } from '../src/check-bundles.ts';

const roomy = { entryBytes: 300_000, scriptBytes: 3_000_000 };

test('a bundle built twice has the same bytes, and its size is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-check-bundles-'));
  try {
    await writeFile(join(folder, 'later.ts'), 'export const later = "x".repeat(3);\n');
    await writeFile(join(folder, 'main.ts'), "const { later } = await import('./later.ts');\nconsole.log(later);\n");
    const request = { entry: join(folder, 'main.ts'), name: 'index', withOnnx: false };
    const check = await checkBundle(request, roomy);
    expect(check).toMatchObject({ differing: [], overBudget: false });
    expect(check.scriptBytes).toBeGreaterThan(check.entryBytes);
    expect(await checkBundle(request, { entryBytes: 10, scriptBytes: 10_000 })).toMatchObject({ overBudget: true });
    await writeFile(join(folder, 'engine.ts'), 'export const later = "y".repeat(4);\n');
    await writeFile(join(folder, 'step.ts'), "const { later } = await import('./engine.ts');\nconsole.log(later);\n");
    const apart = await checkBundle(
      { ...request, entry: join(folder, 'step.ts'), engine: join(folder, 'engine.ts') },
      roomy,
    );
    expect(apart.differing).toEqual([]);
    expect(apart.entryBytes).toBeLessThan(apart.scriptBytes);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what an action never asks for is not in its bundle, and asking for it all the same is an error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-lean-bundle-'));
  try {
    await writeFile(join(folder, 'main.ts'), "await import('@pawl/sandbox');\n");
    const request = { entry: join(folder, 'main.ts'), name: 'index', withOnnx: false, adapters: ['data'] as const };
    const { scriptBytes } = await bundle({ ...request, target: join(folder, 'out') });
    expect(scriptBytes).toBeLessThan(2000);
    await expect(import(join(folder, 'out', 'index.mjs'))).rejects.toThrow('@pawl/sandbox is not part of this bundle.');
    expect(actionBundle('deploy').adapters).toEqual(['serving']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
