// The five features as commands: each loads its engine only when it is called.
import { dataValidationInputs } from '@pawl/core/data-validation';
import { deployInputs } from '@pawl/core/deploy';
import { driftReportInputs } from '@pawl/core/drift-report';
import { evalGateInputs } from '@pawl/core/eval-gate';
import { executeDataValidation, executeDeploy, executeDriftReport, executeEvalGate } from '@pawl/wiring';
import type { Command } from 'commander';
import { evalFeature } from './eval-feature.ts';
import { featureCommand } from './feature-command.ts';
import type { Finish } from './in-world.ts';
import type { Shell } from './terminal-io.ts';

export function featureCommands(shell: Shell, finish: Finish): Command[] {
  return [
    featureCommand(
      {
        slug: 'data-validation',
        name: 'validate',
        summary: 'check data against a suite, and show what changed since the baseline',
        inputs: dataValidationInputs,
        examples: [
          'pawl validate data/flights.parquet --suite data/flights.expect.yml',
          "pawl validate 'data/*.csv' --suite suite.json --baseline main",
        ],
        execute: executeDataValidation,
      },
      shell,
      finish,
    ),
    featureCommand(evalFeature(shell), shell, finish),
    featureCommand(
      {
        slug: 'eval-gate',
        name: 'gate',
        summary: 'compare a model with the one in production on the metrics that matter',
        inputs: evalGateInputs,
        examples: [
          'pawl gate --policy models/flight-delay/flight-delay.gate.yml --candidate models/flight-delay/model.onnx',
        ],
        execute: executeEvalGate,
      },
      shell,
      finish,
    ),
    featureCommand(
      {
        slug: 'drift-report',
        name: 'drift',
        summary: 'say which columns drifted, by how much, and whether bad data is the cause',
        inputs: driftReportInputs,
        examples: ['pawl drift --reference data/january.parquet --current data/february.parquet --html drift.html'],
        execute: executeDriftReport,
      },
      shell,
      finish,
    ),
    featureCommand(
      {
        slug: 'deploy',
        name: 'deploy',
        summary: 'roll a gated version out step by step, and back when it fails',
        inputs: deployInputs,
        examples: [
          'pawl deploy plan --deployment deployments/flight-delay.deploy.yml',
          'pawl deploy start --deployment deployments/flight-delay.deploy.yml',
        ],
        execute: executeDeploy,
      },
      shell,
      finish,
    ),
  ];
}
