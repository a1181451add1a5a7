// A language model as a classifier: one question a row, one of the allowed labels as answer. What is no label is not
// guessed at; the task says which answers it cannot use.
import type { Problem, Read } from '../formats/problem.ts';
import type { ModelProvider, ModelReply, ModelRequest } from '../ports/model-provider.ts';
import { ModelError, type ScoredModel } from '../ports/model-scorer.ts';
import { parseJinja, renderJinja, variablesOf, type ParsedTemplate, type TemplatePlace } from '../template/index.ts';

export interface LabelQuestion {
  readonly model: string;
  readonly prompt: string;
  readonly system?: string | undefined;
  /** The classes, as they are to be answered. */
  readonly labels: readonly string[];
  /** Questions under way at a time. */
  readonly concurrency: number;
  /** The endpoint's address, for messages. */
  readonly shown: string;
  /** The policy's path. */
  readonly file?: string | undefined;
}

type Columns = Parameters<ScoredModel['score']>[0];

/** The template's variables are its inputs, each a column of text; `labels` is the list of classes. */
export function labellingModel(provider: ModelProvider, question: LabelQuestion): Read<ScoredModel> {
  const place: TemplatePlace = { file: question.file ?? question.shown };
  const parsed = parseJinja(question.prompt, place);
  if ('problem' in parsed) return { problems: [parsed.problem] };
  const names = [...new Set(variablesOf(parsed.value).map(({ name }) => name))].filter((name) => name !== 'labels');
  if (names.length === 0) return { problems: [noVariables(place.file)] };
  const asking = { provider, question, template: parsed.value, place, names };
  return {
    value: {
      signature: { inputs: names.map((name) => ({ name, type: 'string' as const, width: 1 })), outputs: ['label'] },
      score: async (columns, rows) => ({
        probabilities: new Float64Array(0),
        classes: 0,
        labels: await labelsOf(asking, columns, rows),
      }),
      close: async () => provider.close?.(),
    },
    problems: [],
  };
}

interface Asking {
  readonly provider: ModelProvider;
  readonly question: LabelQuestion;
  readonly template: ParsedTemplate;
  readonly place: TemplatePlace;
  readonly names: readonly string[];
}

/** One row without an answer leaves the gate without one, so nothing more is asked after the first that failed. */
async function labelsOf(asking: Asking, columns: Columns, rows: number): Promise<string[]> {
  const labels = Array.from({ length: rows }, () => '');
  let next = 0;
  let failed: ModelError | undefined;
  const worker = async (): Promise<void> => {
    for (let row = next++; row < rows && failed === undefined; row = next++) {
      const answer = await labelOf(asking, columns, row);
      if (typeof answer === 'string') labels[row] = answer;
      else failed ??= answer;
    }
  };
  await Promise.all(Array.from({ length: Math.min(asking.question.concurrency, rows) }, worker));
  if (failed !== undefined) throw failed;
  return labels;
}

async function labelOf(asking: Asking, columns: Columns, row: number): Promise<string | ModelError> {
  const { provider, question, template, place, names } = asking;
  const variables = Object.fromEntries(names.map((name) => [name, columns[name]?.[row] ?? '']));
  const text = renderJinja(template, { ...variables, labels: question.labels }, place);
  if ('problem' in text) return unanswered(question, text.problem.message, text.problem.hint ?? '');
  const reply = await provider.complete(requestOf(question, text.value));
  if ('failure' in reply) return unanswered(question, reply.failure, reply.hint);
  if (reply.refused === true) return unanswered(question, 'it refused to answer', 'Look at the prompt and the row.');
  return labelIn(reply);
}

const unanswered = ({ shown }: LabelQuestion, why: string, hint: string): ModelError =>
  new ModelError('MODEL_RUN_FAILED', `${shown} did not answer a row: ${why}.`.replace('..', '.'), {
    file: shown,
    hint: hint === '' ? 'Look at the endpoint.' : hint,
  });

function requestOf({ model, system, labels }: LabelQuestion, text: string): ModelRequest {
  const schema = {
    type: 'object',
    properties: { label: { type: 'string', enum: labels } },
    required: ['label'],
    additionalProperties: false,
  };
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      { role: 'user', content: text },
    ],
    parameters: { temperature: 0 },
    responseFormat: { type: 'json_schema', jsonSchema: { name: 'label', strict: true, schema } },
    repeat: 0,
  };
}

/** `{"label": "spam"}`, or from a server that ignores the schema the label alone. Longer prose is shown cut. */
function labelIn({ text }: ModelReply): string {
  const bare = text.trim();
  try {
    const value: unknown = JSON.parse(bare);
    const label = typeof value === 'object' && value !== null ? (value as { label?: unknown }).label : value;
    if (typeof label === 'string' || typeof label === 'number' || typeof label === 'boolean') return String(label);
  } catch {
    // No JSON: the text itself may be the label.
  }
  return bare.length > 60 ? `${bare.slice(0, 60)}…` : bare;
}

const noVariables = (file: string): Problem => ({
  code: 'POLICY_INVALID',
  severity: 'error',
  message: '`endpoint.prompt` has no variable: every row would be asked the same.',
  hint: 'Put in the columns that the model is to see, for example {{ text }}.',
  file,
});
