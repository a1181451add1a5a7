// What the action is: its manifest and its README's tables are made of this.
import { defineAction } from '@pawl/action-kit';
import { deployInputs } from '@pawl/core/deploy';

export const action = defineAction({
  slug: 'deploy',
  title: 'Pawl deploy',
  description: 'Rolls a gated version out to Triton or vLLM step by step, judged on live counts, and back by itself.',
  inputs: deployInputs,
  branding: { icon: 'upload-cloud', color: 'gray-dark' },
  readsData: false,
  example: {
    deployment: 'deployments/flight-delay.deploy.yml',
  },
});
