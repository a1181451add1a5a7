// Which assertions can be judged, by dialect: `.prompt.yml` has four of its own, which know no difference of case.
import type { EvalDialect } from '../formats/eval-suite.ts';
import { judgeComparers, judgeScorers } from '../judges/index.ts';
import { scorers, type ComparerTable, type ScorerTable } from '../scorers/index.ts';
import { promptYmlScorers } from './prompt-yml-scorers.ts';

export const comparers: ComparerTable = judgeComparers;

const all: ScorerTable = new Map([...scorers, ...judgeScorers]);
const forPromptYml: ScorerTable = new Map([...all, ...promptYmlScorers]);

export const scorersOf = (dialect: EvalDialect): ScorerTable => (dialect === 'prompt-yml' ? forPromptYml : all);

export const knownAssertions = (dialect: EvalDialect): ReadonlySet<string> =>
  new Set([...scorersOf(dialect).keys(), ...comparers.keys()]);
