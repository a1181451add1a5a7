// What the action and `pawl drift` take.
import { defineInputs } from '../formats/inputs.ts';

export const driftReportInputs = defineInputs({
  reference: {
    description:
      'Data that set the expectation: a Parquet, CSV or JSON file; baseline (the current file at the merge base); or a commit, tag or branch that holds the file, as baseline:v1.2.0.',
    type: 'text',
    default: 'baseline',
    example: 'data/training.parquet',
  },
  current: {
    description: 'Data to look at: a Parquet, CSV or JSON file.',
    type: 'path',
    required: true,
    example: 'data/last-week.parquet',
  },
  policy: {
    description: 'Thresholds and columns: *.drift.yml. Without it, the defaults hold for every column.',
    type: 'path',
    example: 'data/flights.drift.yml',
  },
  advisory: { description: 'Report, and never fail.', type: 'boolean', default: 'false' },
});
