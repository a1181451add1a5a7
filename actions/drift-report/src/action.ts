// What the action is: its manifest and its README's tables are made of this.
import { defineAction } from '@pawl/action-kit';
import { driftReportInputs } from '@pawl/core/drift-report';

export const action = defineAction({
  slug: 'drift-report',
  title: 'Pawl drift report',
  description:
    'Says which columns drifted, by how much, and whether bad data is the cause, with a bounded rate of false alarms.',
  inputs: driftReportInputs,
  branding: { icon: 'activity', color: 'orange' },
  readsData: true,
  example: {
    reference: 'data/january.parquet',
    current: 'data/february.parquet',
  },
});
