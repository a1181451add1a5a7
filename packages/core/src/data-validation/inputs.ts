// What the action and `pawl validate` take.
import { defineInputs } from '../formats/inputs.ts';

export const dataValidationInputs = defineInputs({
  data: {
    description:
      'Data to judge: paths or globs of Parquet, CSV or JSON files. Without it, the data named in the suite.',
    type: 'list',
    positional: true,
    example: 'data/*.parquet',
  },
  suite: {
    description:
      'Suite of expectations: *.expect.yml or a Great Expectations suite (JSON). Without it, the *.expect.yml beside the data.',
    type: 'path',
    example: 'data/flights.expect.yml',
  },
  baseline: {
    description:
      'Where the data stood before, to show what changed: auto (the merge base), a branch, tag or commit, or none.',
    type: 'text',
    default: 'auto',
  },
  'fail-severity': {
    description: 'Least severity of a failed expectation that fails the gate; milder ones are shown.',
    type: 'choice',
    choices: ['critical', 'warning'],
    default: 'critical',
  },
  'sample-rows': {
    description: 'Failing rows shown for each failed expectation, at most 20; 0 shows no value of the data.',
    type: 'number',
    default: '5',
  },
  advisory: { description: 'Report, and never fail.', type: 'boolean', default: 'false' },
});
