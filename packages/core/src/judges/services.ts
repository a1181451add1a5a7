// Moderation and classification by a service: OpenAI's moderation shape, and that of Hugging Face's text classification.
// Without an address nobody is asked and nothing passes.
import type { ScoreFailure, Scorer, ScorerTable, ScorerWorld } from '../scorers/scorer.ts';
import { badValue, cannotTell, isRecord } from '../scorers/verdicts.ts';
import type { Assertion } from '../formats/eval-suite.ts';

const moderation: Scorer = async ({ assertion, answer }, world) => {
  const { value, negated, config } = assertion;
  const wanted = value === undefined || value === null ? undefined : [value].flat();
  if (wanted !== undefined && !wanted.every((each) => typeof each === 'string'))
    return badValue('moderation', 'a list of categories, or nothing,');
  const model = config?.['model'];
  const body = await asked(assertion, world, { input: answer.text, ...(typeof model === 'string' && { model }) });
  if ('failure' in body) return body;
  const results = isRecord(body.value) ? body.value['results'] : undefined;
  const categories = Array.isArray(results) && results.length > 0 ? results.map(flaggedOf) : [undefined];
  if (!categories.every((each) => each !== undefined))
    return cannotTell('the moderation service answered in another shape', 'It must speak as /v1/moderations does.');
  const flagged = [...new Set(categories.flat())].filter((name) => wanted === undefined || wanted.includes(name));
  const pass = (flagged.length === 0) !== negated;
  return {
    pass,
    score: pass ? 1 : 0,
    reason: flagged.length === 0 ? 'Nothing was flagged.' : `Flagged: ${flagged.join(', ')}.`,
  };
};

function flaggedOf(result: unknown): readonly string[] | undefined {
  if (!isRecord(result) || typeof result['flagged'] !== 'boolean') return undefined;
  const categories = isRecord(result['categories']) ? Object.entries(result['categories']) : [];
  const named = categories.filter(([, flag]) => flag === true).map(([name]) => name);
  return result['flagged'] && named.length === 0 ? ['content'] : named;
}

const classifier: Scorer = async ({ assertion, answer }, world) => {
  const { value, threshold = 1, negated } = assertion;
  if (value !== undefined && typeof value !== 'string') return badValue('classifier', 'a label, or nothing,');
  const body = await asked(assertion, world, { inputs: answer.text });
  if ('failure' in body) return body;
  const listed = Array.isArray(body.value) && Array.isArray(body.value[0]) ? (body.value[0] as unknown[]) : body.value;
  const labels = Array.isArray(listed) ? listed.map(labelOf) : [];
  if (labels.length === 0 || !labels.every((each) => each !== undefined))
    return cannotTell('the classifier answered in another shape', 'It must answer [{"label": …, "score": …}].');
  const found =
    value === undefined
      ? labels.reduce((best, each) => (each.score > best.score ? each : best))
      : labels.find(({ label }) => label === value);
  if (found === undefined)
    return cannotTell(
      `the classifier knows no label "${value}"`,
      `It knows ${labels.map(({ label }) => label).join(', ')}.`,
    );
  return {
    pass: found.score >= threshold - Number.EPSILON !== negated,
    score: negated ? 1 - found.score : found.score,
    reason: `"${found.label}" has ${found.score.toFixed(4)}; the threshold is ${threshold}.`,
  };
};

function labelOf(each: unknown): { readonly label: string; readonly score: number } | undefined {
  if (!isRecord(each)) return undefined;
  const { label, score } = each;
  return typeof label === 'string' && typeof score === 'number' && score >= 0 && score <= 1
    ? { label, score }
    : undefined;
}

async function asked(
  { type, config }: Assertion,
  { post }: ScorerWorld,
  body: unknown,
): Promise<{ readonly value: unknown } | ScoreFailure> {
  const url = config?.['url'];
  if (typeof url !== 'string' || post === undefined)
    return cannotTell(`"${type}" needs a service and none is set`, 'Give its address as "config.url".');
  const reply = await post(url, body).catch((error: unknown) => ({
    failure: error instanceof Error ? error.message : String(error),
  }));
  if ('failure' in reply)
    return cannotTell(`the service of "${type}" did not answer: ${reply.failure}`, 'Check its address.');
  if (reply.status < 200 || reply.status > 299)
    return cannotTell(`the service of "${type}" answered ${reply.status}`, 'Check its address and its log.');
  return { value: reply.body };
}

export const serviceScorers: ScorerTable = new Map([
  ['moderation', moderation],
  ['classifier', classifier],
]);
