// What the action and the command line ask for.
import { defineInputs, type Inputs } from '../formats/inputs.ts';

export const deployInputs = defineInputs({
  command: {
    description:
      'plan says what would happen; start begins a rollout, or goes on with the one begun; tick takes one step; status shows; promote, abort and rollback decide by hand.',
    type: 'choice',
    choices: ['plan', 'start', 'status', 'promote', 'abort', 'rollback', 'tick'],
    default: 'start',
    positional: true,
  },
  deployment: {
    description: 'The deployment file.',
    type: 'path',
    required: true,
    example: 'deployments/flight-delay.deploy.yml',
  },
  version: {
    description: 'The registered version to roll out; without it, the version of the current commit.',
    type: 'text',
    example: 'flight-delay@v1.1.0',
  },
  register: {
    description: 'Register the current commit as the next patch version when it has none, once its gate has passed.',
    type: 'boolean',
    default: 'true',
  },
  wait: {
    description: 'Stay until the rollout ends or is held; otherwise return, and let `tick` go on.',
    type: 'boolean',
    default: 'true',
  },
  force: {
    description:
      'Why to roll out although no gate has judged it, or none could tell; recorded. A failed gate cannot be forced.',
    type: 'text',
    example: 'gate data arrives tomorrow, see #123',
  },
  reason: { description: 'Why to promote, abort or roll back by hand; recorded.', type: 'text' },
  label: { description: 'The registry label that a promotion moves.', type: 'text', default: 'production' },
});

export type DeployInputs = Inputs<typeof deployInputs>;
