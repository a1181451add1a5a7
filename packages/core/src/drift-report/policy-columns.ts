// A policy that names columns neither side has is a mistake: the threshold it sets would silently never hold.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { DriftPolicy } from '../formats/drift-policy.ts';
import type { Problem } from '../formats/problem.ts';
import type { Column } from '../ports/data-engine.ts';

export function unknownColumns(policy: DriftPolicy, columns: readonly Column[], file: string | undefined): Problem[] {
  const names = [...new Set(columns.map(({ name }) => name))];
  return Object.keys(policy.columns)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      code: 'POLICY_UNKNOWN_COLUMN',
      severity: 'error' as const,
      message: `The policy names a column "${name}", which neither side has.`,
      hint: sentence(didYouMean(name, names)),
      ...(file !== undefined && { file }),
    }));
}

const sentence = (text: string): string =>
  text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('?') ? '' : '.');
