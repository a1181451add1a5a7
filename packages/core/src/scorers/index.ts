// Every scorer by the name of its assertion. A family is a table of its own; here they become one.
import { guardrailServiceScorers } from './guardrail-services.ts';
import { guardrailScorers } from './guardrail.ts';
import { htmlScorers } from './html.ts';
import { jsonScorers } from './json.ts';
import { measureScorers } from './measures.ts';
import { overlapScorers } from './overlap-scorers.ts';
import { pythonScorers } from './python.ts';
import { refusalScorers } from './refusal.ts';
import { regexScorers } from './regex.ts';
import type { ScorerTable } from './scorer.ts';
import { scriptScorers } from './script.ts';
import { similarityScorers } from './similarity.ts';
import { skillScorers } from './skills.ts';
import { sqlScorers } from './sql.ts';
import { textScorers } from './text.ts';
import { toolCallScorers } from './tool-calls.ts';
import { traceScorers } from './trace-scorers.ts';
import { trajectoryScorers } from './trajectory.ts';
import { unsupportedScorers } from './unsupported.ts';
import { webhookScorers } from './webhook.ts';
import { xmlScorers } from './xml.ts';

export { bleu, gleu, rougeL, rougeN } from './overlap.ts';
export { levenshtein } from './levenshtein.ts';
export { readJsonSchema, type JsonSchema, type SchemaVerdict } from './json-schema.ts';
export { matchCost } from './regex-cost.ts';
export { cosine, dot, euclidean } from './similarity.ts';
export { soundsLikeRefusal } from './refusal.ts';
export { unsupportedReasons } from './unsupported.ts';
export {
  isScoreFailure,
  type Comparer,
  type CompareRequest,
  type ComparerTable,
  type Score,
  type ScoredAnswer,
  type ScoreFailure,
  type ScoreRequest,
  type Scorer,
  type ScorerTable,
  type ScorerWorld,
  type SqlReading,
  type SqlRules,
  type ToolCall,
} from './scorer.ts';

export const scorers: ScorerTable = new Map([
  ...textScorers,
  ...regexScorers,
  ...jsonScorers,
  ...xmlScorers,
  ...htmlScorers,
  ...refusalScorers,
  ...measureScorers,
  ...overlapScorers,
  ...similarityScorers,
  ...sqlScorers,
  ...toolCallScorers,
  ...trajectoryScorers,
  ...traceScorers,
  ...skillScorers,
  ...scriptScorers,
  ...pythonScorers,
  ...webhookScorers,
  ...guardrailScorers,
  ...guardrailServiceScorers,
  ...unsupportedScorers,
]);

export const scorerNames: readonly string[] = [...scorers.keys()].toSorted();
