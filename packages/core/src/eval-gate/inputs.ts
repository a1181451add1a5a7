// The inputs of the eval-gate action and of `pawl gate`.
import { defineInputs, type Inputs } from '../formats/inputs.ts';

export const evalGateInputs = defineInputs({
  candidate: {
    description:
      "The model to judge: an ONNX file, a file of its predictions (Parquet, CSV, JSON), a live endpoint (`kserve+http://HOST/v2/models/NAME`, `openai+https://HOST/v1/models/NAME`), or with `task: eval-run` a run in the store (`run:ID`, `latest:prompt-regression/NAME`). Left out, the policy's `model`.",
    type: 'text',
    example: 'models/flight-delay.onnx',
  },
  variant: {
    description:
      "An optimised variant that the policy lists, by its name: judged against the policy's `model`, which it was made from, unless `baseline` says otherwise.",
    type: 'text',
    example: 'int8',
  },
  policy: {
    description: 'The gate policy. Left out, the only *.gate.yml of the repository.',
    type: 'path',
    example: 'flight-delay.gate.yml',
  },
  baseline: {
    description:
      'What to compare with: `auto` (the production label, or nothing while there is none), `required` (the production label, an error without one), `none`, a version (`name@v1.2.3`, `v1.2.3`, a label), a Git ref, a file, an endpoint, or a run.',
    type: 'text',
    default: 'auto',
    example: 'flight-delay@v1.2.0',
  },
  predictions: {
    description: "A file of the candidate's predictions; the candidate is then not run.",
    type: 'path',
    example: 'predictions/candidate.parquet',
  },
  'baseline-predictions': {
    description: "A file of the baseline's predictions; the baseline is then not run.",
    type: 'path',
    example: 'predictions/production.parquet',
  },
  data: {
    description: "The dataset to judge on, instead of the policy's.",
    type: 'path',
    example: 'data/flights-test.parquet',
  },
  task: {
    description:
      'Compares without a policy file: what the model predicts. Its metrics and columns are then given by the inputs below.',
    type: 'choice',
    choices: ['classification', 'regression', 'ranking', 'eval-run'],
  },
  metric: {
    description:
      'With `task`: what must be no worse, as NAME or NAME:MARGIN; NAME@K for the first K of a ranking, quantile-loss@0.9 for that quantile. Left out, accuracy, r2, ndcg or pass-rate.',
    type: 'list',
    example: 'accuracy:0.02',
  },
  id: { description: 'With `task`: the column that names a row (`id`).', type: 'text', example: 'flight' },
  label: { description: 'With `task`: the column with the truth (`label`).', type: 'text', example: 'late' },
  query: {
    description: 'With `task: ranking`: the column that says to which query an item belongs (`query`).',
    type: 'text',
    example: 'session',
  },
  prediction: {
    description:
      'With `task`: the column with the predicted class or number (`prediction`), in a ranking the score (`score`).',
    type: 'text',
    example: 'q90',
  },
  slice: {
    description: 'With `task`: columns whose values are looked at one by one.',
    type: 'list',
    example: 'carrier',
  },
  name: { description: "With `task`: the model's name in the registry. Left out, the file's name.", type: 'text' },
  'onnx-runtime': {
    description:
      'What runs ONNX models: `wasm` (WebAssembly, nothing to install), `native` (faster for neural networks; onnxruntime-node is fetched through npm once for the machine), or `auto` (native where it is installed already, else WebAssembly). Both sides are run by the same one.',
    type: 'choice',
    choices: ['auto', 'native', 'wasm'],
    default: 'auto',
  },
  look: {
    description:
      'Which candidate of a pull request this is that is judged on these rows: 1, 2, 3, … Later ones must be surer, so that all together err in at most 5 %. Left out, counted from the runs in the store inside a pull request, and not outside.',
    type: 'number',
    example: '2',
  },
  'self-check': {
    description:
      "Judge the policy instead of the candidate: how often it would fail, pass or stay open on these rows if nothing had changed. The models' answers are exchanged at random; no run is kept.",
    type: 'boolean',
  },
  backtest: {
    description:
      'Judge the policy by the past: every registered version, by the policy and on the rows of now, against what was in production when it came. No run is kept.',
    type: 'boolean',
  },
  versions: {
    description: 'With `backtest`: how many of the newest versions are judged (20).',
    type: 'number',
  },
});
export type EvalGateInputs = Inputs<typeof evalGateInputs>;
