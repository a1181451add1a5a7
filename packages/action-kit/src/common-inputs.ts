// The inputs that every action has.
import { defineInputs, type Inputs, type InputSpec } from '@pawl/core';
import type { Action } from './action.ts';

export const commonInputs = defineInputs({
  mode: {
    description:
      'run judges; collect takes what the legs of a matrix handed over in this workflow run, stores it with one push and writes the one comment; publish does so for the run of a fork, in a `workflow_run` workflow of the default branch.',
    type: 'choice',
    choices: ['run', 'collect', 'publish'],
    default: 'run',
  },
  'github-token': {
    description: 'Token for the comment, the check and the store.',
    type: 'text',
  },
  comment: {
    description:
      'When the pull request gets a comment: always, when something is worth saying (changes), when a gate fails (failures), or never. A comment that exists is kept up to date.',
    type: 'choice',
    choices: ['always', 'changes', 'failures', 'never'],
    default: 'always',
  },
  'comment-key': {
    description: 'Gates with the same key share one comment.',
    type: 'text',
    default: 'pawl',
  },
  'fail-on': {
    description: 'Verdicts that fail the step: any of fail, error, inconclusive; or never.',
    type: 'list',
    default: 'fail,error',
  },
  'working-directory': {
    description: 'Folder of the repository, with its pawl.yml.',
    type: 'path',
    default: '.',
  },
  store: {
    description:
      'Record the run in Git (true), hand it over as an artifact for a `mode: collect` job (artifact), or do neither (false). Needs `contents: write`; a fork always hands over.',
    type: 'choice',
    choices: ['true', 'false', 'artifact'],
    default: 'true',
  },
  legs: {
    description: 'For `mode: collect`: names of the matrix legs or jobs that must have handed over.',
    type: 'list',
    example: 'py3.11, py3.12',
  },
  needs: {
    description:
      'For `mode: collect`: write `toJSON(needs)` as an expression, so that jobs that did not finish are named.',
    type: 'text',
  },
  'report-path': {
    description:
      "Where the HTML report is written; the JSON result lies beside it. By default in the runner's temporary folder.",
    type: 'path',
    example: 'reports/gate.html',
  },
  'upload-report': {
    description: 'Upload the report as an artifact of the workflow run.',
    type: 'boolean',
    default: 'true',
  },
});

export const dataInputs = defineInputs({
  'duckdb-path': {
    description: "Path of DuckDB's native engine (duckdb.node), for networks that cannot fetch it.",
    type: 'text',
  },
});

/** Filled in by the workflow itself: which leg of a matrix this is. */
export const hiddenInputs = defineInputs({
  matrix: { description: 'Leave as it is: tells the legs of a matrix apart.', type: 'text' },
  'job-index': { description: 'Leave as it is: tells the legs of a matrix apart.', type: 'text' },
  'job-total': { description: 'Leave as it is: how many legs the matrix has.', type: 'text' },
});

/** Defaults that only GitHub can fill in. Others live in the code, so that pawl.yml can stand in for them. */
export const expressionDefaults: Readonly<Record<string, string>> = {
  'github-token': '${{ github.token }}',
  matrix: '${{ toJSON(matrix) }}',
  'job-index': '${{ strategy.job-index }}',
  'job-total': '${{ strategy.job-total }}',
};

export type CommonInputs = Inputs<typeof commonInputs & typeof dataInputs & typeof hiddenInputs>;

/** Common inputs that pawl.yml cannot set: they belong to the workflow. */
export const inputsOf = (action: Action<InputSpec>): InputSpec => ({
  ...action.inputs,
  ...(action.readsData && dataInputs),
  ...commonInputs,
  ...hiddenInputs,
});
