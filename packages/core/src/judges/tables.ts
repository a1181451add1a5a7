// Everything a model judges, by the name of its assertion.
import type { ComparerTable, ScorerTable } from '../scorers/scorer.ts';
import { conversationScorers } from './conversation.ts';
import { gEvalScorers } from './g-eval.ts';
import { gitHubScorers } from './github-models.ts';
import { maxScoreComparers } from './max-score.ts';
import { pairwiseComparers } from './pairwise.ts';
import { ragScorers } from './rag.ts';
import { rubricScorers } from './rubric.ts';
import { serviceScorers } from './services.ts';

export const judgeScorers: ScorerTable = new Map([
  ...rubricScorers,
  ...gEvalScorers,
  ...ragScorers,
  ...conversationScorers,
  ...gitHubScorers,
  ...serviceScorers,
]);

export const judgeComparers: ComparerTable = new Map([...pairwiseComparers, ...maxScoreComparers]);
