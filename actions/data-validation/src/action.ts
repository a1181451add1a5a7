// What the action is: its manifest and its README's tables are made of this.
import { defineAction } from '@pawl/action-kit';
import { dataValidationInputs } from '@pawl/core/data-validation';

export const action = defineAction({
  slug: 'data-validation',
  title: 'Pawl data validation',
  description:
    'Checks data against expectations, Great Expectations suites included, and shows what changed since the baseline.',
  inputs: dataValidationInputs,
  branding: { icon: 'check-square', color: 'green' },
  readsData: true,
  example: {
    data: 'data/flights.parquet',
    suite: 'data/flights.expect.yml',
  },
});
