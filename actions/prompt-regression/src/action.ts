// What the action is: its manifest and its README's tables are made of this.
import { defineAction } from '@pawl/action-kit';
import { promptRegressionInputs } from '@pawl/core/prompt-regression';

export const action = defineAction({
  slug: 'prompt-regression',
  title: 'Pawl prompt regression',
  description:
    'Evaluates a prompt change against the prompt in production, case by case, with a verdict that noise does not flip.',
  inputs: promptRegressionInputs,
  branding: { icon: 'message-square', color: 'purple' },
  readsData: false,
  example: {
    prompt: 'prompts/mail-triage.prompt.yml',
  },
});
