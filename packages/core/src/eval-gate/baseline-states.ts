// Baselines that cannot be compared with, in the words that models and eval runs have in common.
import type { Baseline } from './baseline.ts';

export const unreadable = (message: string, hint: string): Baseline => ({
  state: 'unreadable',
  problem: { code: 'GATE_BASELINE_UNREADABLE', severity: 'error', message, hint },
});

/** `auto` lets a first version through to the absolute rules; `required` does not. */
export const withoutProduction = (asked: 'auto' | 'required', name: string): Baseline =>
  asked === 'auto'
    ? { state: 'absent', why: 'no production version yet' }
    : unreadable(
        `${name} has no production version.`,
        `Label one (\`pawl registry label ${name}@VERSION production\`), or use \`baseline: auto\` for a first version.`,
      );
