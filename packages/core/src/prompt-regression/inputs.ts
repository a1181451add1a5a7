// The inputs of the action and of `pawl eval`.
import { defineInputs, type Inputs } from '../formats/inputs.ts';

export const promptRegressionInputs = defineInputs({
  prompt: {
    description: 'Prompt file to evaluate.',
    type: 'path',
    required: true,
    positional: true,
    example: 'prompts/mail-triage.prompt.yml',
  },
  baseline: {
    description:
      'What to compare with: auto (the production label, else the merge base), required (the same, and an error when there is none), a label, name@v1.2.3, a Git revision, a file, or none.',
    type: 'text',
    default: 'auto',
    example: 'mail-triage@production',
  },
  'base-ref': {
    description: "Branch that the merge base is taken with. By default the remote's default branch.",
    type: 'text',
    example: 'origin/main',
  },
  model: { description: "Model to ask, instead of the prompt file's, on both sides.", type: 'text' },
  'base-url': {
    description: "Endpoint that speaks OpenAI's API. Without it only recorded answers are used.",
    type: 'text',
    example: 'http://localhost:8000/v1',
  },
  'api-key-env': {
    description: 'Name of the environment variable that holds the key of the endpoint.',
    type: 'text',
    default: 'OPENAI_API_KEY',
  },
  cassette: {
    description: 'Files of recorded answers. By default the one beside the prompt, NAME.cassette.jsonl, if it exists.',
    type: 'list',
    example: 'prompts/mail-triage.cassette.jsonl',
  },
  record: {
    description:
      'Which answers are recorded: none replays only, missing asks for those not yet recorded, all asks anew. By default missing with a base-url, else none.',
    type: 'choice',
    choices: ['none', 'missing', 'all'],
  },
  margin: {
    description: 'Largest loss of accuracy that does not matter, as a share. By default 0.03.',
    type: 'number',
    example: '0.02',
  },
  threshold: { description: 'Least accuracy that is acceptable, whatever the baseline has.', type: 'number' },
  repeats: { description: 'How often each request is asked. By default once.', type: 'number' },
  'min-cases': { description: 'Fewer cases than this settle nothing. By default 30.', type: 'number' },
  'max-cost-usd': { description: 'Stop asking when the answers have cost this much.', type: 'number' },
  'price-prompt': {
    description: 'Price in USD of a million prompt tokens, for endpoints that do not say what an answer cost.',
    type: 'number',
  },
  'price-completion': { description: 'Price in USD of a million completion tokens.', type: 'number' },
  concurrency: { description: 'Requests under way at a time.', type: 'number', default: '8' },
  timeout: { description: 'Seconds to wait for one answer.', type: 'number', default: '60' },
  advisory: { description: 'Report, but never fail.', type: 'boolean', default: 'false' },
});

export type PromptRegressionInputs = Inputs<typeof promptRegressionInputs>;
