// A version that is compared with nothing has no flips to show: it shows what it gets wrong, and what was said of it.
import type { Block } from '../formats/report.ts';
import type { CaseResult } from './results.ts';
import { moreCases } from './section-flips.ts';
import type { SectionData } from './section.ts';
import { count, excerpt } from './words.ts';

const shown = 20;
const shownText = 200;

export function wrongCases(
  wrong: readonly CaseResult[],
  { titleOf, kept }: Pick<SectionData, 'kept'> & { readonly titleOf: (result: CaseResult) => string },
): readonly Block[] {
  if (wrong.length === 0) return [];
  const rows = wrong.slice(0, shown).map((result) => {
    const { typical, output: first = '', reason = '' } = result.after ?? {};
    const output = typical ?? first;
    return [
      excerpt(titleOf(result), shownText),
      output === '' ? '(an empty answer)' : excerpt(output, shownText),
      excerpt(reason, shownText),
    ];
  });
  const table: Block = {
    type: 'table',
    columns: [{ title: 'case' }, { title: 'answer' }, { title: 'why' }],
    rows,
  };
  const more = wrong.length > shown ? [moreCases(wrong.length - shown, 'wrong', kept)] : [];
  return [{ type: 'details', summary: `${count(wrong.length, 'case')} wrong`, blocks: [table, ...more] }];
}
