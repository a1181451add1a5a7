// The cases that changed sides, before and after, and where the others of them can be read.
import type { Block } from '../formats/report.ts';
import { fieldText } from '../eval-suite/index.ts';
import type { CaseResult, SideResult } from './results.ts';
import type { SectionData } from './section.ts';
import { count, cut, excerpt } from './words.ts';

const shownFlips = 20;
const shownText = 600;

export function flipDetails(
  which: 'newly-wrong' | 'newly-right',
  flips: readonly CaseResult[],
  data: SectionData,
): readonly Block[] {
  if (flips.length === 0) return [];
  const blocks: Block[] = flips.slice(0, shownFlips).map((result) => ({
    type: 'change',
    title: titleOf(result, data),
    expected: excerpt(data.expected(result.case), shownText),
    before: shownOutput(result.before),
    after: shownOutput(result.after),
  }));
  if (flips.length > shownFlips) blocks.push(moreCases(flips.length - shownFlips, which, data.kept));
  return [{ type: 'details', summary: `${count(flips.length, 'case')} ${which.replace('-', ' ')}`, blocks }];
}

/** The case's name, how often it was right where it was asked repeatedly, and what the messages took from it. */
export function titleOf({ case: { id, vars }, before, after }: CaseResult, { candidate }: SectionData): string {
  const name = `${id}${repeatsWords(before, after)}`;
  const names = new Set(candidate.compiled.templates.flatMap((template) => template.names));
  const texts = [...names].map((name) => fieldText(vars, name) ?? '').filter((text) => text !== '' && text !== id);
  return texts.length === 0 ? name : `${name}: ${excerpt(texts.join(' · '), 160)}`;
}

function repeatsWords(...sides: readonly (SideResult | undefined)[]): string {
  const repeats = sides.flatMap((side) => (side === undefined ? [] : [side.repeats]));
  if (repeats.every(({ length }) => length < 2)) return '';
  const right = repeats.map((own) => `${own.filter(({ pass }) => pass).length} of ${own.length}`);
  return ` (right in ${right.join(' → ')})`;
}

function shownOutput(side: SideResult | undefined): string {
  if (side === undefined) return '(no answer)';
  const output = side.typical ?? side.output;
  if (output === '') return '(an empty answer)';
  return output.length > shownText ? `${cut(output, shownText)} …` : output;
}

/** The command that lists them all: of the run, where it is kept, else of the evaluation. */
export function moreCases(left: number, which: string, kept: string | undefined): Block {
  const more = count(left, 'more case');
  if (kept !== undefined)
    return { type: 'text', text: [`${more}: `, { text: `pawl run show ${kept} --cases ${which}`, style: 'code' }] };
  const text = [`${more}: the command that reproduces this writes every answer, with `];
  return { type: 'text', text: [...text, { text: '--output answers.json', style: 'code' }] };
}
