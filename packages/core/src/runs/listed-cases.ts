// Every case of one run by what became of it: what a report shows the first of, and a comment has no room for.
import * as z from 'zod/mini';
import type { Read } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import { flipsBlock } from './compare-page.ts';

export const caseChoices = ['newly-wrong', 'newly-right', 'wrong', 'all'] as const;
export type CaseChoice = (typeof caseChoices)[number];

/** As prompt-regression writes them; a quarantined case is in the record and not in the judgement. */
const Side = z.nullable(
  z.looseObject({
    pass: z.nullable(z.number()),
    text: z.optional(z.string()),
    cut: z.optional(z.boolean()),
    error: z.optional(z.string()),
  }),
);
const Line = z.looseObject({
  id: z.string(),
  column: z.optional(z.string()),
  quarantined: z.optional(z.boolean()),
  before: Side,
  after: Side,
});
export type ListedCase = z.infer<typeof Line>;

/**
 * @param text of the run's `cases.jsonl`: hostile, each line is checked
 * @returns the chosen cases in the suite's order, and a warning where lines could not be read
 */
export function listCases(text: string, choice: CaseChoice): Required<Read<readonly ListedCase[]>> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const read = lines.flatMap((line) => Line.safeParse(parsed(line)).data ?? []);
  const broken = lines.length - read.length;
  return {
    value: read.filter((line) => chosen[choice](line)),
    problems:
      broken === 0
        ? []
        : [
            {
              code: 'RUN_CASES_UNREADABLE',
              severity: 'warning',
              message: `${broken} of ${lines.length} lines of cases.jsonl cannot be read and ${broken === 1 ? 'is' : 'are'} left out.`,
            },
          ],
  };
}

const right = (side: ListedCase['after']): boolean | undefined => {
  const pass = side?.pass ?? undefined;
  return pass === undefined ? undefined : pass >= 0.5;
};

const chosen: Readonly<Record<CaseChoice, (line: ListedCase) => boolean>> = {
  'newly-wrong': (line) => line.quarantined !== true && right(line.before) === true && right(line.after) === false,
  'newly-right': (line) => line.quarantined !== true && right(line.before) === false && right(line.after) === true,
  wrong: (line) => line.quarantined !== true && right(line.after) === false,
  all: () => true,
};

const nameOf = ({ id, column }: ListedCase): string => (column === undefined ? id : `${id} [${column}]`);

/** Of a run that was compared with nothing. */
const answersOf = (cases: readonly ListedCase[], answer: (side: ListedCase['after']) => string): readonly Block[] => [
  {
    type: 'table',
    columns: [{ title: '' }, { title: 'answer' }],
    rows: cases.map((line) => [nameOf(line), answer(line.after)]),
  },
];

/** @param choice where all are listed, each answer says whether it was right */
export function caseBlocks(cases: readonly ListedCase[], choice: CaseChoice): readonly Block[] {
  const answer = (side: ListedCase['after']): string => {
    const { text = '', error, cut = false } = side ?? {};
    const said = error === undefined ? (text === '' ? '(an empty answer)' : `${text}${cut ? ' …' : ''}`) : `(${error})`;
    if (side === null) return '(no answer)';
    const how = right(side);
    return choice === 'all' && how !== undefined ? `${how ? 'right' : 'wrong'}: ${said}` : said;
  };
  const named = choice === 'all' ? 'in the run' : choice.replace('-', ' ');
  const title: Block = { type: 'heading', text: `${cases.length} ${cases.length === 1 ? 'case' : 'cases'} ${named}` };
  if (cases.length > 0 && cases.every(({ before }) => before === null)) return [title, ...answersOf(cases, answer)];
  const flips = cases.map((line) => {
    const { before, after } = line;
    return { id: nameOf(line), before: answer(before), after: answer(after) };
  });
  return cases.length === 0 ? [title] : [title, ...flipsBlock(flips)];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
