// `*.eval.yml`, Pawl's own way to write a suite: what is asked, of whom, with which cases, how answers are scored, and
// what may get worse. Strict: a key that is not known is a mistake.
import * as z from 'zod/mini';
import { suitePolicyKeys } from './suite-policy.ts';

const filled = z.string().check(z.minLength(1));
const share = z.number().check(z.minimum(0), z.maximum(1));
const count = z.int().check(z.minimum(1));

export const EvalYmlMessage = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'developer']),
  content: z.string(),
});

/** A prompt: a file (`.prompt.yml`, `.prompty`, `.txt`, `.md`, `.j2`, `.json`, `.yaml`), a text or a chat. */
export const EvalYmlPrompt = z.union([
  filled,
  z.strictObject({
    /** What reports call it. */
    label: z.optional(filled),
    file: z.optional(filled),
    text: z.optional(filled),
    messages: z.optional(z.array(EvalYmlMessage).check(z.minLength(1))),
    /** Model parameters it brings along: temperature, max_tokens, … */
    parameters: z.optional(z.record(z.string(), z.unknown())),
  }),
]);

/** A model: `openai:chat:gpt-4o-mini`, `ollama:llama3`, `exec: ./answer.sh`; without a scheme, of the endpoint that is given by inputs. */
export const EvalYmlProvider = z.union([
  filled,
  z.strictObject({
    id: filled,
    label: z.optional(filled),
    'base-url': z.optional(filled),
    /** Name of the environment variable that holds the key. */
    'api-key-env': z.optional(filled),
    headers: z.optional(z.record(z.string(), z.string())),
    parameters: z.optional(z.record(z.string(), z.unknown())),
    /** Labels of the prompts it is asked. */
    prompts: z.optional(z.array(filled)),
    /** JavaScript on the output. */
    transform: z.optional(filled),
    'delay-ms': z.optional(z.number().check(z.minimum(0))),
  }),
]);

/**
 * A scorer: its name (`is-json`), or a map of its name to its value with settings beside it:
 * `{contains: "{{expected}}", name: label, weight: 2}`. `all` holds several that make one score.
 */
export const EvalYmlScorer = z.union([filled, z.record(z.string(), z.unknown())]);

export const EvalYmlCase = z.strictObject({
  /** Names the case, from run to run. */
  id: z.optional(z.union([filled, z.number()])),
  description: z.optional(z.string()),
  vars: z.optional(z.record(z.string(), z.unknown())),
  /** Beside the scorers of the suite. */
  scorers: z.optional(z.array(EvalYmlScorer)),
  threshold: z.optional(share),
  /** Slice name to value; beside the slices that the suite takes from variables. */
  slices: z.optional(z.record(z.string(), z.string())),
  cluster: z.optional(filled),
  conversation: z.optional(filled),
  prompts: z.optional(z.array(filled)),
  providers: z.optional(z.array(filled)),
  repeats: z.optional(count),
  /** The answer itself: nothing is asked. */
  output: z.optional(z.unknown()),
  metadata: z.optional(z.record(z.string(), z.unknown())),
});

export const EvalYml = z.strictObject({
  name: z.optional(filled),
  description: z.optional(z.string()),
  prompt: z.optional(EvalYmlPrompt),
  prompts: z.optional(z.array(EvalYmlPrompt).check(z.minLength(1))),
  provider: z.optional(EvalYmlProvider),
  providers: z.optional(z.array(EvalYmlProvider).check(z.minLength(1))),
  /** Here, or the path of a file: .jsonl, .csv, .json, .yaml. Its rows are variables, or whole cases. */
  cases: z.union([filled, z.array(EvalYmlCase).check(z.minLength(1))]),
  /** The variable that names a case; `id` by default. */
  id: z.optional(filled),
  /** Of every case. */
  scorers: z.optional(z.array(EvalYmlScorer)),
  /** Variables that cut the cases into slices. */
  slices: z.optional(z.array(filled)),
  /** The variable that tells the source of a case: cases of one source are not independent. */
  cluster: z.optional(filled),
  /** Asked by scorers that need a judge. */
  judge: z.optional(EvalYmlProvider),
  /** Gives vectors to scorers that compare meanings: `onnx:models/minilm`, a folder with model and tokenizer, or an endpoint's model. */
  embedding: z.optional(EvalYmlProvider),
  /** The judge's certificate, as `pawl judge calibrate` wrote it; without one a judge is advisory. */
  certificate: z.optional(filled),
  policy: z.optional(z.strictObject(suitePolicyKeys)),
  run: z.optional(
    z.strictObject({
      concurrency: z.optional(count),
      'delay-ms': z.optional(z.number().check(z.minimum(0))),
      'timeout-ms': z.optional(z.number().check(z.positive())),
      /** Answers come token by token: the time to the first and between them is measured. */
      stream: z.optional(z.boolean()),
    }),
  ),
});
export type EvalYml = z.infer<typeof EvalYml>;
