// What the action is: its manifest and its README's tables are made of this.
import { defineAction } from '@pawl/action-kit';
import { evalGateInputs } from '@pawl/core/eval-gate';

export const action = defineAction({
  slug: 'eval-gate',
  title: 'Pawl eval gate',
  description:
    'Compares a model with the one in production on the metrics and slices that matter, and says pass, fail or inconclusive.',
  inputs: evalGateInputs,
  branding: { icon: 'shield', color: 'blue' },
  readsData: true,
  example: {
    policy: 'models/flight-delay/flight-delay.gate.yml',
    candidate: 'models/flight-delay/model.onnx',
  },
});
