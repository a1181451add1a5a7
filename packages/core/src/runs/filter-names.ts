// Names in a filter, a sort or a column that no run has: said with the nearest one, never silently empty.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Problem } from '../formats/problem.ts';
import type { RunSummary } from '../formats/run.ts';
import type { Field, Group } from './fields.ts';

const words: Readonly<Record<Group, string>> = { metrics: 'metric', params: 'parameter', tags: 'tag' };

/**
 * @param named fields with the column they stand at, where they stand in a text
 * @param runs those the question was about, before the filter
 * @returns a warning for each name that none of them has; nothing when there are no runs at all
 */
export function unknownNames(
  named: readonly { readonly field: Field; readonly column?: number }[],
  runs: readonly RunSummary[],
): readonly Problem[] {
  if (runs.length === 0) return [];
  const told = new Set<string>();
  return named.flatMap(({ field, column }) => {
    const { group, key, title } = field;
    if (group === undefined || key === undefined || told.has(title)) return [];
    told.add(title);
    const ofGroup = (run: RunSummary): Readonly<Record<string, unknown>> => run[group] ?? {};
    if (runs.some((run) => Object.hasOwn(ofGroup(run), key))) return [];
    const known = [...new Set(runs.flatMap((run) => Object.keys(ofGroup(run))))].toSorted();
    const many = runs.length === 1 ? 'The one run asked has no' : `None of the ${runs.length} runs asked has a`;
    return [
      {
        code: 'FILTER_NAME_UNKNOWN',
        severity: 'warning',
        message: `${many} ${words[group]} "${key}".`,
        hint:
          known.length === 0
            ? `They have no ${group} at all.`
            : didYouMean(key, known).replace(/^./, (first) => first.toUpperCase()),
        ...(column !== undefined && { column }),
      },
    ];
  });
}
