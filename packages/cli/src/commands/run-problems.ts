// Problems in a filter, a sort or a list of columns: people see the place, programs get the column.
import type { Problem } from '@pawl/core';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';

export interface Written {
  readonly where?: string;
  readonly sort?: string;
  readonly columns?: string;
}

/** @returns the exit code of wrong usage */
export function showWrittenProblems(
  problems: readonly Problem[],
  written: Written,
  { shell, json }: { readonly shell: Shell; readonly json: boolean },
): number {
  return showProblems(json ? problems : problems.map((problem) => explained(problem, written)), shell, json);
}

/** To the error stream, also beside JSON: what is printed stays what was asked for. */
export function showWarnings(warnings: readonly Problem[], written: Written, shell: Shell): void {
  if (warnings.length > 0)
    showProblems(
      warnings.map((problem) => explained(problem, written)),
      shell,
      false,
    );
}

const shownBefore = 60;
const shownInAll = 90;

function explained(problem: Problem, written: Written): Problem {
  const { column, ...rest } = problem;
  const option = (['where', 'sort', 'columns'] as const).find((name) => isIn(problem, name));
  const text = option === undefined ? undefined : written[option];
  if (option === undefined || column === undefined || text === undefined) return rest;
  const from = Math.max(0, column - 1 - shownBefore);
  const line = text.replaceAll(/\s/g, ' ').slice(from, from + shownInAll);
  const place = `    ${line}\n    ${' '.repeat(column - 1 - from)}^`;
  return { ...rest, message: `--${option}, column ${column}: ${problem.message}\n${place}` };
}

const isIn = ({ code }: Problem, option: 'where' | 'sort' | 'columns'): boolean =>
  code.startsWith({ where: 'FILTER_', sort: 'SORT_', columns: 'COLUMNS_' }[option]);
