// pawl card lint: every finding with its line and its remedy.
import { exitCodes, hasErrors, placeOf, type Problem } from '@pawl/core';
import { gatherFacts, lintCard, type CardFacts } from '@pawl/core/model-card';
import type { World } from '@pawl/wiring';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { cardPath, nameOfCard, readCardFile } from './card-files.ts';

export interface LintOptions {
  readonly json?: boolean;
  readonly directory?: string;
}

interface Lint {
  readonly world: World;
  readonly shell: Shell;
  readonly texts: readonly string[];
  readonly options: LintOptions;
}

export async function lint({ world, shell, texts, options: { json = false } }: Lint): Promise<number> {
  const problems: Problem[] = [];
  const cards: { readonly path: string; readonly findings: readonly Problem[] }[] = [];
  const { sha256 } = await world.context();
  for (const text of texts.length > 0 ? texts : await world.workspace.list('**/README.md')) {
    const path = await cardPath(world, text);
    if (path.value === undefined) {
      problems.push(...path.problems);
      continue;
    }
    const card = await readCardFile(world, path.value);
    if (card.value === undefined) {
      problems.push(...card.problems);
      continue;
    }
    // A README without front matter is no card, unless somebody says that it is one.
    if (texts.length === 0 && card.value.head === '') continue;
    const gathered = await gatherFacts(
      nameOfCard(path.value),
      { workspace: world.workspace, store: world.store, sha256 },
      'judged',
    );
    const facts: CardFacts = gathered.value ?? { subjects: [], runs: [] };
    cards.push({
      path: path.value,
      findings: [...card.problems, ...gathered.problems, ...lintCard(card.value, facts)],
    });
  }
  const findings = cards.flatMap((card) => card.findings);
  const failed = hasErrors(findings);
  if (json) shell.out(JSON.stringify({ cards, problems }, null, 2));
  else {
    if (problems.length + findings.length > 0) showProblems([...problems, ...sorted(findings)], shell, false);
    shell.out(summary(cards.length, findings));
  }
  if (problems.length > 0) return 2;
  return failed ? exitCodes.fail : 0;
}

const sorted = (findings: readonly Problem[]): readonly Problem[] =>
  findings.toSorted((a, b) => (a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : placeOf(a) < placeOf(b) ? -1 : 1));

function summary(cards: number, findings: readonly Problem[]): string {
  const of = `${cards} ${cards === 1 ? 'card' : 'cards'}`;
  if (cards === 0) return 'There is no card here: no README.md with front matter.';
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  if (findings.length === 0) return `${of}: nothing to find.`;
  return `${of}: ${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`;
}
