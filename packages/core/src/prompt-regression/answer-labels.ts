// What people say of answers to the suite's cases: the label files that judges are calibrated with. An answer that
// comes again, to the letter, has its label again.
import type { EvalCase, EvalProvider } from '../formats/eval-suite.ts';
import { promptStem } from '../formats/prompt.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Sha256 } from '../formats/canonical.ts';
import { judgesOf, readLabels } from '../judges/index.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import type { Suite } from './suite.ts';

export interface AnswerLabels {
  /** What a person says of an answer, 0 … 1. */
  humanOf(item: EvalCase, output: string): number | undefined;
  /** How the judge's scores may be named; the first that is measured counts. */
  readonly names: readonly string[];
  /** Nothing else judges any case: its verdict is the accuracy. */
  readonly alone: boolean;
  /** It decides verdicts. */
  readonly decides: boolean;
  /** Why its scores cannot be corrected at all. */
  readonly refused?: string;
}

/** These weigh answers against others: a label of one answer says nothing of them. */
const ofSeveral: ReadonlySet<string> = new Set(['pairwise', 'select-best', 'max-score']);

/** Undefined where there are no labels. A file that is named must be right; of one that lies beside the suite mistakes are told. */
export async function readAnswerLabels(
  inputs: Pick<PromptRegressionInputs, 'prompt' | 'labels'>,
  {
    suite,
    byDefault,
    sha256,
  }: { readonly suite: Suite['suite']; readonly byDefault: EvalProvider | undefined; readonly sha256: Sha256 },
  workspace: Pick<Workspace, 'readText'>,
): Promise<Read<AnswerLabels | undefined>> {
  const named = inputs.labels ?? [];
  const found = new Map<string, number>();
  const problems: Problem[] = [];
  for (const file of named.length > 0 ? named : filesBeside(inputs.prompt)) {
    const text = await workspace.readText(file);
    if (text === undefined && named.length > 0) problems.push(missing(file));
    const read = text === undefined ? undefined : readLabels(text, file);
    const severity = named.length > 0 ? ('error' as const) : ('warning' as const);
    problems.push(...(read?.problems ?? []).map((problem) => ({ ...problem, severity })));
    if (read?.value === undefined) continue;
    const given = new Map(suite.cases.map((item) => [item.id, item.output]));
    for (const { caseId, output, score, author, pairwise } of read.value) {
      const answer = output ?? (caseId === undefined ? undefined : given.get(caseId));
      if (caseId === undefined || author !== 'human' || pairwise || typeof answer !== 'string') continue;
      found.set(keyOf(caseId, answer), score);
    }
  }
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  if (found.size === 0) return { value: undefined, problems };
  const judges = judgesOf(suite, byDefault, sha256).filter(({ assertion }) => !ofSeveral.has(assertion.type));
  const [judge, another] = judges;
  const refused =
    judge === undefined
      ? 'no judge scores single answers'
      : another === undefined
        ? undefined
        : `the suite has ${judges.length} judges, and labels do not say of which they are`;
  return {
    value: {
      humanOf: ({ id }, output) => found.get(keyOf(id, output)),
      names: judge?.names ?? [],
      alone: suite.cases.every(({ assertions }) => assertions.length === 1),
      decides: judge?.assertion.advisory !== true,
      ...(refused !== undefined && { refused }),
    },
    problems,
  };
}

/** Of `mail.eval.yml` both `mail.eval.labels.jsonl` and `mail.labels.jsonl`. */
function filesBeside(suite: string): readonly string[] {
  const folder = suite.slice(0, suite.lastIndexOf('/') + 1);
  const stem = promptStem(suite);
  return [...new Set([stem, stem.replace(/\.eval$/, '')])].map((name) => `${folder}${name}.labels.jsonl`);
}

const keyOf = (id: string, output: string): string => JSON.stringify([id, output]);

const missing = (file: string): Problem => ({
  code: 'FILE_MISSING',
  severity: 'error',
  message: `There is no label file "${file}".`,
  hint: 'Give its path from the root of the repository.',
  file,
});
