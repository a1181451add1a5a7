// The inputs of the action and of `pawl eval`.
import { defineInputs, type Inputs } from '../formats/inputs.ts';

export const promptRegressionInputs = defineInputs({
  prompt: {
    description: 'Prompt file or suite to evaluate: *.prompt.yml, *.eval.yml, promptfooconfig.yaml or *.prompty.',
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
  gateway: {
    description:
      'Configuration of a gateway under test, of LiteLLM or Portkey: the suite is run through it as it was at the baseline, and as it is.',
    type: 'path',
    example: 'gateway/litellm.yaml',
  },
  'gateway-command': {
    description:
      'Starts the gateway with the configuration {config} on the port {port}. The run of a fork starts none.',
    type: 'text',
    example: 'litellm --config {config} --port {port} --host 127.0.0.1',
  },
  'gateway-env': {
    description: 'Names of environment variables that the started gateway is given: the keys of the models behind it.',
    type: 'list',
    example: 'OPENAI_API_KEY',
  },
  'gateway-url': {
    description: 'Where the gateway runs already with the configuration under test, instead of gateway-command.',
    type: 'text',
    example: 'http://localhost:4000/v1',
  },
  'gateway-baseline-url': {
    description: "Where it runs with the baseline's configuration.",
    type: 'text',
    example: 'http://localhost:4001/v1',
  },
  cassette: {
    description:
      'Files of recorded answers. By default the one beside the prompt, NAME.cassette.jsonl, if it exists. "store" keeps them with the runs in the store instead.',
    type: 'list',
    example: 'prompts/mail-triage.cassette.jsonl',
  },
  record: {
    description:
      'Which answers are recorded: none replays only, missing asks for those not yet recorded, all asks anew. By default missing with a base-url, else none.',
    type: 'choice',
    choices: ['none', 'missing', 'all'],
  },
  case: { description: 'Only these cases, by id.', type: 'list', example: 'mail-17' },
  filter: { description: 'Only cases whose id or description contains this text.', type: 'text' },
  compat: {
    description:
      'promptfoo: pass where promptfoo passes, also where nothing is asserted. gh-models: ask and read the judges of a .prompt.yml as "gh models eval" did, the first choice that stands anywhere in the answer.',
    type: 'choice',
    choices: ['promptfoo', 'gh-models'],
  },
  env: {
    description:
      'Names of environment variables that the suite may read as {{env.NAME}}, and its programs have; its data may read none.',
    type: 'list',
    example: 'MODEL_URL',
  },
  'allow-python': {
    description:
      'Run the Python that the suite names, which no sandbox holds. The run of a fork runs none all the same.',
    type: 'boolean',
    default: 'false',
  },
  judge: {
    description: 'Model that judges where the suite names none, asked at base-url.',
    type: 'text',
  },
  labels: {
    description:
      'Files of what people say of answers, to correct the judge by. By default the one beside the prompt, NAME.labels.jsonl, if it exists.',
    type: 'list',
    example: 'evals/mail.labels.jsonl',
  },
  margin: {
    description: 'Largest loss of accuracy that does not matter, as a share. By default 0.03.',
    type: 'number',
    example: '0.02',
  },
  threshold: { description: 'Least accuracy that is acceptable, whatever the baseline has.', type: 'number' },
  repeats: { description: 'How often each request is asked. By default once.', type: 'number' },
  'max-repeats': {
    description:
      'Up to so often each request is asked while the verdict is open; asking ends when it is settled. By default as often as repeats says.',
    type: 'number',
    example: '5',
  },
  'min-cases': { description: 'Fewer cases than this settle nothing. By default 30.', type: 'number' },
  'max-cost-usd': {
    description: 'Ask nothing when the plan costs more, and stop asking when the answers have cost this much.',
    type: 'number',
  },
  'max-tokens': {
    description: 'Ask nothing when the plan takes more tokens, and stop asking when the answers took this many.',
    type: 'number',
  },
  'max-minutes': {
    description: 'Ask nothing when the plan takes longer, and stop asking after that many.',
    type: 'number',
  },
  'dry-run': {
    description: 'Only tell the plan: calls, tokens, dollars, minutes, and what it could detect. Nothing is asked.',
    type: 'boolean',
    default: 'false',
  },
  'self-check': {
    description:
      'Compare the suite with itself, by recorded repeats of one side, and tell how often it would raise a false alarm. Nothing is asked.',
    type: 'boolean',
    default: 'false',
  },
  'price-prompt': {
    description: 'Price in USD of a million prompt tokens, for endpoints that do not say what an answer cost.',
    type: 'number',
  },
  'price-completion': { description: 'Price in USD of a million completion tokens.', type: 'number' },
  'route-prices': {
    description:
      'Prices by route, for a gateway that tells none: USD of a million prompt and completion tokens of whoever answered.',
    type: 'list',
    example: 'openai/gpt-4o-mini=0.15/0.60',
  },
  concurrency: { description: 'Requests under way at a time. By default what the suite says, else 8.', type: 'number' },
  timeout: {
    description: 'Seconds to wait for one answer. By default what the suite says, else 60.',
    type: 'number',
  },
  advisory: { description: 'Report, but never fail.', type: 'boolean', default: 'false' },
});

export type PromptRegressionInputs = Inputs<typeof promptRegressionInputs>;
