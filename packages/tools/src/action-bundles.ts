// What each action's bundle is made of, and how large it may become: one place for building and for checking.
import { join } from 'node:path';
import { projectRoot, type BundleRequest, type OnDemandAdapter } from './bundle.ts';
import type { BundleBudget } from './check-bundles.ts';

/** The adapters that each action asks the world for. */
const adaptersOf: Readonly<Record<string, readonly OnDemandAdapter[]>> = {
  'data-validation': ['data'],
  'drift-report': ['data'],
  'prompt-regression': ['models', 'sandbox'],
  'eval-gate': ['data', 'models', 'serving'],
  deploy: ['serving'],
};

/**
 * Suites bring their own JavaScript and embedding models, which need engines of their own
 * (docs/decisions/2026-11-22-quickjs-in-the-bundle.md);
 * a gate judges files, models, servers and language models, each loaded when it is asked for.
 */
const roomFor: Readonly<Record<string, number>> = { 'prompt-regression': 4_000_000, 'eval-gate': 3_200_000 };

/** Gates run the models they judge, and suites an embedding model that compares meanings. */
const runsModels: ReadonlySet<string> = new Set(['eval-gate', 'prompt-regression']);

export function actionBundle(slug: string): Omit<BundleRequest, 'target'> {
  const action = join(projectRoot, 'actions', slug);
  return {
    entry: join(action, 'src/main.ts'),
    engine: join(action, 'src/engine.ts'),
    name: 'index',
    withOnnx: runsModels.has(slug),
    ...(adaptersOf[slug] !== undefined && { adapters: adaptersOf[slug] }),
  };
}

export const actionBudget = (slug: string): BundleBudget => ({
  entryBytes: 300_000,
  scriptBytes: roomFor[slug] ?? 3_000_000,
});
