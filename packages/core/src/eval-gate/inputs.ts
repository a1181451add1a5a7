// The inputs of the eval-gate action and of `pawl gate`.
import { defineInputs, type Inputs } from '../formats/inputs.ts';

export const evalGateInputs = defineInputs({
  candidate: {
    description:
      "The model to judge: an ONNX file, or a file of its predictions (Parquet, CSV, JSON). Left out, the policy's `model`.",
    type: 'path',
    example: 'models/flight-delay.onnx',
  },
  policy: {
    description: 'The gate policy. Left out, the only *.gate.yml of the repository.',
    type: 'path',
    example: 'flight-delay.gate.yml',
  },
  baseline: {
    description:
      'What to compare with: `auto` (the production label, or nothing while there is none), `required` (the production label, an error without one), `none`, a version (`name@v1.2.3`, `v1.2.3`, a label), a Git ref, or a file.',
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
  seed: {
    description: 'Seed of the bootstrap. Left out, it follows from the digests of data, models and policy.',
    type: 'number',
  },
});
export type EvalGateInputs = Inputs<typeof evalGateInputs>;
